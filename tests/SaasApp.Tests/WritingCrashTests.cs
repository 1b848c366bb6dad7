using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Patterns.CreditLedger;

namespace SaasApp.Tests;

/// <summary>Texts are written while one process after the other is killed with SIGKILL in the middle of them.</summary>
public sealed class WritingCrashTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private const int Kills = 20;
    private const long Welcome = 500;
    private readonly Random _random = new(Seed: 20_261_123);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    [Guarantee("CreditLedger", 6)]
    [Guarantee("CreditLedger", 19)]
    public async Task Killed_again_and_again_in_the_middle_of_texts_each_is_there_with_its_price_and_entry_or_its_credits_are_free_again()
    {
        var environment = new Dictionary<string, string?>(Production.Secrets, StringComparer.Ordinal)
        {
            ["ConnectionStrings__Postgres"] = database.ConnectionString,
            ["Logging__LogLevel__Default"] = "Error",
            ["Logging__LogLevel__Microsoft.Hosting.Lifetime"] = "Information",
        };
        var (asked, whole) = (0, 0);
        var app = await AppProcess.StartAsync(environment);
        for (var kill = 0; kill < Kills; kill++)
        {
            var next = AppProcess.StartAsync(environment);
            // Some way into the second text, which is some 340 characters long.
            asked += 2;
            whole += await WriteAsync(app, int.MaxValue) ? 1 : 0;
            whole += await WriteAsync(app, _random.Next(1, 400)) ? 1 : 0;
            await app.DisposeAsync();
            app = await next;
        }

        await app.DisposeAsync();
        var kept = await CountAsync("app.documents WHERE title = 'crashes'");
        kept.Should().BeInRange(whole, asked, "what a reader has seen the end of is there");
        (await CountAsync("patterns.audit_log_entries WHERE action = 'texts.text.written'")).Should().Be(kept);
        (await CountAsync("patterns.credit_ledger_holds WHERE status = 2")).Should().Be(kept);
        // The holds of the killed end after their five minutes, which on a slow machine have passed for the first ones.
        (await CountAsync("patterns.credit_ledger_holds WHERE status <> 2")).Should().Be(asked - kept);
        environment["ConnectionStrings__Postgres"] = new NpgsqlConnectionStringBuilder(database.ConnectionString) { Options = "-c patterns.clock_offset=6min" }.ConnectionString;
        await using var later = await AppProcess.StartAsync(environment);
        using (var client = new FormClient(await later.AddressAsync())) (await client.PostAsync("/ledger", "operate", ("Amount", "1"), ("Operation", "spend"))).Should().Contain("Spent 1");
        (await CountAsync("patterns.credit_ledger_holds WHERE status = 1")).Should().Be(0);
        await using var services = new ServiceCollection().AddPostgres(o => o.ConnectionString = database.ConnectionString).AddCreditLedger(o => o.Pool("free", PoolKind.Free).Pool("paid", PoolKind.Paid)).BuildServiceProvider();
        var balance = await services.GetRequiredService<ICreditLedger>().BalanceAsync(new AccountId("acme"), Ct);
        balance.Available.Should().Be(Welcome - 1 - await ChargedAsync());
        (await services.GetRequiredService<ICreditLedgerAudit>().VerifyAsync(ct: Ct).ToListAsync(Ct)).Should().BeEmpty();
    }

    // Reads some of a text; when that is not all of it, the process is killed there.
    private static async Task<bool> WriteAsync(AppProcess app, int characters)
    {
        using var client = new FormClient(await app.AddressAsync());
        await using var text = await client.WriteAsync("crashes");
        var (read, piece) = (new StringBuilder(), new byte[64]);
        try
        {
            for (var count = await text.ReadAsync(piece, Ct); count > 0; count = await text.ReadAsync(piece, Ct))
            {
                read.Append(Encoding.UTF8.GetString(piece, 0, count));
                if (read.Length >= characters) await app.KillAsync();
            }
        }
        catch (Exception error) when (error is HttpRequestException or IOException)
        {
            // The process is dead.
        }

        return read.ToString().Contains("\n/write?text=", StringComparison.Ordinal);
    }

    private Task<long> ChargedAsync() => CountAsync("(SELECT generate_series(1, settled) FROM patterns.credit_ledger_holds WHERE status = 2) s");

    private async Task<long> CountAsync(string rows)
    {
        await using var select = database.DataSource.CreateCommand($"SELECT count(*) FROM {rows}");
        return (long)(await select.ExecuteScalarAsync(Ct))!;
    }
}
