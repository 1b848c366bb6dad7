using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;
using Patterns.Postgres;
using Patterns.WebhookDedup;

namespace Api.Tests.WebhookDedup;

/// <summary>An application that receives webhooks, with its tables, its log, and a table of effects in which nothing hides a second one.</summary>
internal sealed class Application : IAsyncDisposable
{
    private readonly ServiceProvider _services;
    private readonly CapturedLog _log = new();

    private Application(string connectionString, Action<WebhookDedupOptions>? configure, Action<IServiceCollection>? register)
    {
        var services = new ServiceCollection();
        services.AddPostgres(o => o.ConnectionString = connectionString).AddWebhookDedup(configure);
        services.AddLogging(logging => logging.AddProvider(_log));
        register?.Invoke(services);
        _services = services.BuildServiceProvider();
    }

    public IServiceProvider Services => _services;

    public CapturedLog Log => _log;

    public IReadOnlyList<string> Logged => _log.Lines;

    public IWebhookInbox Inbox => _services.GetRequiredService<IWebhookInbox>();

    public IWebhookDedup Dedup => _services.GetRequiredService<IWebhookDedup>();

    public IPostgres Postgres => _services.GetRequiredService<IPostgres>();

    public static async Task<Application> StartAsync(string connectionString, Action<WebhookDedupOptions>? configure = null, bool install = true, Action<IServiceCollection>? register = null)
    {
        var application = new Application(connectionString, configure, register);
        if (install)
        {
            await application._services.GetRequiredService<ISchema>().ApplyAsync(TestContext.Current.CancellationToken);
            await application.ExecuteAsync("CREATE TABLE IF NOT EXISTS effects (event_id text NOT NULL)");
        }

        return application;
    }

    /// <summary>An event with a new id, or with the given one.</summary>
    public static WebhookEvent Event(string? id = null, string payload = "{}") => new("stripe", id ?? $"evt_{Guid.CreateVersion7():N}", "invoice.paid", Encoding.UTF8.GetBytes(payload));

    public static async Task EffectAsync(NpgsqlTransaction transaction, WebhookEvent webhookEvent)
    {
        await using var command = new NpgsqlCommand("INSERT INTO effects VALUES ($1)", transaction.Connection, transaction) { Parameters = { new() { Value = webhookEvent.Id } } };
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    public Task<long> EffectsOfAsync(WebhookEvent webhookEvent) => ScalarAsync<long>("SELECT count(*) FROM effects WHERE event_id = $1", webhookEvent.Id);

    /// <summary>Claims in a transaction of its own, writes the effect if the event is new, and commits.</summary>
    public async Task<WebhookReceipt> DeliverAsync(WebhookEvent webhookEvent) =>
        await Dedup.RunOnceAsync(webhookEvent, async (transaction, _) => await EffectAsync(transaction, webhookEvent), TestContext.Current.CancellationToken);

    /// <summary>Delivers again, as a provider does, until the server has noticed that the transaction which held the event is gone.</summary>
    public async Task<WebhookReceipt> RedeliverAsync(WebhookEvent webhookEvent)
    {
        WebhookReceipt receipt = default;
        await Eventually.HoldsAsync("the event is free", async () => (receipt = await DeliverAsync(webhookEvent)).Outcome != ClaimOutcome.InFlight);
        return receipt;
    }

    public async Task<WebhookReceipt> ReceiveAsync(WebhookEvent webhookEvent) => await Dedup.ReceiveAsync(webhookEvent, TestContext.Current.CancellationToken);

    public Task<int> DrainAsync() => Inbox.DrainOnceAsync(TestContext.Current.CancellationToken);

    /// <summary>The stored event, or a failure if it is not stored.</summary>
    public async Task<StoredWebhook> StoredAsync(WebhookEvent webhookEvent) =>
        await Inbox.FindAsync(webhookEvent.Tenant, webhookEvent.Source, webhookEvent.Id, TestContext.Current.CancellationToken) ?? throw new InvalidOperationException($"{webhookEvent.Id} is not stored.");

    public async Task<OpenTransaction> BeginAsync() => await OpenTransaction.BeginAsync(Postgres.DataSource, Dedup);

    public async Task<T> ScalarAsync<T>(string sql, params object[] values)
    {
        await using var command = Postgres.DataSource.CreateCommand(sql);
        foreach (var value in values) command.Parameters.Add(new() { Value = value });
        return (T)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
    }

    public async Task ExecuteAsync(string sql)
    {
        await using var command = Postgres.DataSource.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    public ValueTask DisposeAsync() => _services.DisposeAsync();
}
