using System.Net;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Patterns.WebhookSecurity;

namespace SaasApp.Tests;

/// <summary>What is stored is worked on, whatever fails and whoever dies in between.</summary>
public sealed class StoredEventTests(PostgresServer server) : IAsyncLifetime
{
    private readonly PostgresDatabase _database = new(server);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => _database.InitializeAsync();

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public async Task Killed_after_it_stored_an_event_and_before_the_answer_another_process_works_on_it_once()
    {
        // Such a process has no handlers, so nothing has begun to work on the event when it dies.
        await using (var doomed = AppProcess.Run(Environment(), "--doomed"))
        {
            var lost = async () => await DeliverAsync(doomed, crashPoint: "after-commit");
            await lost.Should().ThrowAsync<HttpRequestException>();
            await doomed.EndAsync();
        }

        (await EffectsAsync()).Should().Be((0, 0));
        await using var app = await AppProcess.StartAsync(Environment());

        await Eventually.HoldsAsync("the event is done", async () => await StateAsync() == "done");
        (await DeliverAsync(app)).Should().Be((HttpStatusCode.OK, "duplicate"));
        (await EffectsAsync()).Should().Be((1, 1));
    }

    [Fact]
    public async Task Killed_in_the_middle_of_a_handler_another_process_works_on_the_event_when_the_lease_has_run_out()
    {
        await using (var app = await AppProcess.StartAsync(Environment()))
        {
            await using var connection = await _database.DataSource.OpenConnectionAsync(Ct);
            await using var transaction = await connection.BeginTransactionAsync(Ct);
            await ExecuteAsync("LOCK TABLE app.receipts", connection);
            (await DeliverAsync(app)).Should().Be((HttpStatusCode.OK, "stored"));
            await Eventually.HoldsAsync("the handler waits for the table", async () => await CountAsync("pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE 'INSERT INTO app.receipts%' AND datname = current_database()") == 1);

            await app.KillAsync();
        }

        await using var next = await AppProcess.StartAsync(Environment(later: "6min"));

        await Eventually.HoldsAsync("the event is done", async () => await StateAsync() == "done");
        (await EffectsAsync()).Should().Be((1, 1));
    }

    [Fact]
    public async Task What_a_failed_handler_wrote_is_rolled_back_and_the_next_attempt_takes_effect_once()
    {
        await using (var app = await AppProcess.StartAsync(Environment()))
        {
            await ExecuteAsync("ALTER TABLE app.receipts ADD CONSTRAINT no_paper CHECK (false)");
            (await DeliverAsync(app)).Should().Be((HttpStatusCode.OK, "stored"));
            await Eventually.HoldsAsync("the first attempt has failed", async () => await CountAsync("patterns.webhook_dedup_events WHERE state = 'pending' AND error LIKE '%no_paper%'") == 1);
            (await EffectsAsync()).Should().Be((0, 0));
            await ExecuteAsync("ALTER TABLE app.receipts DROP CONSTRAINT no_paper");
        }

        await using var next = await AppProcess.StartAsync(Environment(later: "1min"));

        await Eventually.HoldsAsync("the event is done", async () => await StateAsync() == "done");
        (await EffectsAsync()).Should().Be((1, 1));
    }

    // "later": how far the database's clock is ahead, for this process.
    private Dictionary<string, string?> Environment(string later = "0s") => new(StringComparer.Ordinal)
    {
        ["Stripe__WebhookSecret"] = RunningApp.Secret,
        ["ConnectionStrings__Postgres"] = new NpgsqlConnectionStringBuilder(_database.ConnectionString) { Options = $"-c patterns.clock_offset={later}" }.ConnectionString,
    };

    private static async Task<(HttpStatusCode Status, string? Outcome)> DeliverAsync(AppProcess app, string? crashPoint = null)
    {
        var body = (await File.ReadAllTextAsync(AppProcess.File("Stripe/invoice.paid.json"), Ct)).Replace("evt_1KEY", "evt_1Stored", StringComparison.Ordinal);
        await using var services = new ServiceCollection().AddWebhookSecurity(o => o.AddSource("stripe", WebhookScheme.Stripe, keys => keys.Add("current", RunningApp.Secret))).BuildServiceProvider();
        using var content = new StringContent(body);
        content.Headers.Add("Stripe-Signature", services.GetRequiredService<IWebhookSigner>().Sign("stripe", "unused", TimeProvider.System.GetUtcNow(), Encoding.UTF8.GetBytes(body))["Stripe-Signature"]);
        if (crashPoint is not null) content.Headers.Add("X-Crash-Point", crashPoint);
        using var client = await app.ClientAsync();
        using var answer = await client.PostAsync("/webhooks/stripe", content, Ct);
        using var json = System.Text.Json.JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Ct));
        return (answer.StatusCode, json.RootElement.GetProperty("outcome").GetString());
    }

    private async Task<(long Payments, long Receipts)> EffectsAsync() => (await CountAsync("app.payments"), await CountAsync("app.receipts"));

    private async Task<string?> StateAsync()
    {
        await using var select = _database.DataSource.CreateCommand("SELECT state FROM patterns.webhook_dedup_events");
        return (string?)await select.ExecuteScalarAsync(Ct);
    }

    private async Task<long> CountAsync(string rows)
    {
        await using var select = _database.DataSource.CreateCommand($"SELECT count(*) FROM {rows}");
        return (long)(await select.ExecuteScalarAsync(Ct))!;
    }

    private async Task ExecuteAsync(string statement, NpgsqlConnection? connection = null)
    {
        await using var command = connection is null ? _database.DataSource.CreateCommand(statement) : new NpgsqlCommand(statement, connection);
        await command.ExecuteNonQueryAsync(Ct);
    }
}
