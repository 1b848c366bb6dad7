#:sdk Microsoft.NET.Sdk.Web
#:project ../src/Api/Patterns.WebhookDedup/Patterns.WebhookDedup.csproj
#:project ../src/Kernel/Patterns.DevServers/Patterns.DevServers.csproj

// One event, delivered again and again: its effect happens once, in your transaction or later by a handler. Run it with: dotnet run samples/WebhookDedup.cs
using Npgsql;
using Patterns.DevServers;
using Patterns.Postgres;
using Patterns.WebhookDedup;
using Samples;

await using var server = await DevServers.StartPostgresAsync();
await using var database = await server.CreateDatabaseAsync();
var builder = Host.CreateApplicationBuilder();
builder.Logging.ClearProviders();
builder.Services
    .AddPostgres(o => o.ConnectionString = database.ConnectionString)
    .AddWebhookDedup(o => o.Source("stripe", s => s.UseStripe()).Handle<InvoiceVoided>("stripe", "invoice.voided"));
using var host = builder.Build();
await host.StartAsync(); // makes the tables
var (postgres, dedup) = (host.Services.GetRequiredService<IPostgres>(), host.Services.GetRequiredService<IWebhookDedup>());
await using (var table = postgres.DataSource.CreateCommand("CREATE TABLE payments (event_id text, amount bigint)"))
    await table.ExecuteNonQueryAsync();

var paid = WebhookEvent.FromStripe("""{"id":"evt_1","type":"invoice.paid","created":1721948530,"data":{"object":{"id":"in_1"}},"pending_webhooks":1}"""u8.ToArray());

// A handler that throws takes its claim with it.
try
{
    await dedup.RunOnceAsync(paid, async (transaction, ct) =>
    {
        await PayAsync(transaction, paid, ct);
        throw new TimeoutException("the mail server does not answer");
    });
}
catch (TimeoutException e)
{
    Console.WriteLine($"1st delivery: the handler failed ({e.Message}); payments: {await PaymentsAsync()}");
}

// In a transaction of your own, claim and work commit together; a delivery beside it is told to come again.
await using (var connection = await postgres.DataSource.OpenConnectionAsync())
await using (var transaction = await connection.BeginTransactionAsync())
{
    var receipt = await dedup.ClaimAsync(transaction, paid);
    Console.WriteLine($"2nd delivery: {receipt.Outcome}");
    if (receipt.Outcome == ClaimOutcome.New) await PayAsync(transaction, paid, default);

    var beside = await dedup.RunOnceAsync(paid, (other, ct) => PayAsync(other, paid, ct));
    Console.WriteLine($"3rd delivery, before the 2nd has committed: {beside.Outcome}, answered with {beside.HttpStatus}");
    await transaction.CommitAsync();
}

// From now on every delivery is a duplicate, also a hundred at once.
var storm = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => dedup.RunOnceAsync(paid, (transaction, ct) => PayAsync(transaction, paid, ct))));
Console.WriteLine($"100 more at once: {storm.Count(receipt => receipt.Outcome == ClaimOutcome.Duplicate)} duplicates, answered with {storm[0].HttpStatus}; payments: {await PaymentsAsync()}");

// The same id with another content is neither new nor a duplicate.
var forged = WebhookEvent.FromStripe("""{"id":"evt_1","type":"invoice.paid","created":1721948530,"data":{"object":{"id":"in_2"}}}"""u8.ToArray());
var refused = await dedup.RunOnceAsync(forged, (transaction, ct) => PayAsync(transaction, forged, ct));
Console.WriteLine($"The same id with another payload: {refused.Outcome}, answered with {refused.HttpStatus}");

// What takes longer is received now, durably, and worked on by a handler; its first attempt fails here, and whoever looks drives it again.
var inbox = host.Services.GetRequiredService<IWebhookInbox>();
var voided = WebhookEvent.FromStripe("""{"id":"evt_2","type":"invoice.voided","created":1721948600,"data":{"object":{"id":"in_1"}}}"""u8.ToArray());
var received = await dedup.ReceiveAsync(voided);
Console.WriteLine($"Received: {received.Outcome}, answered with {received.HttpStatus}; again: {(await dedup.ReceiveAsync(voided)).Outcome}");
await InvoiceVoided.FirstAttempt.Task;
await inbox.DrainOnceAsync(); // returns when nothing runs
var failed = (await inbox.FindAsync("_", "stripe", "evt_2"))!;
Console.WriteLine($"After attempt {failed.Attempts}: {failed.State}, {failed.Error}");
await inbox.RedriveAsync(new WebhookFilter { Source = "stripe" }, by: "the sample");
await inbox.DrainOnceAsync();
Console.WriteLine($"Driven again: {(await inbox.FindAsync("_", "stripe", "evt_2"))!.State}; payments: {await PaymentsAsync()}");

static async Task PayAsync(NpgsqlTransaction transaction, WebhookEvent webhookEvent, CancellationToken ct)
{
    await using var insert = new NpgsqlCommand("INSERT INTO payments VALUES ($1, 4200)", transaction.Connection, transaction) { Parameters = { new() { Value = webhookEvent.Id } } };
    await insert.ExecuteNonQueryAsync(ct);
}

async Task<object?> PaymentsAsync()
{
    await using var count = postgres.DataSource.CreateCommand("SELECT count(*) FROM payments");
    return await count.ExecuteScalarAsync();
}

namespace Samples
{
    internal sealed class InvoiceVoided : IWebhookHandler
    {
        public static TaskCompletionSource FirstAttempt { get; } = new();

        public async Task<WebhookResult> HandleAsync(WebhookWork work, CancellationToken ct)
        {
            await using var delete = new NpgsqlCommand("DELETE FROM payments", work.Transaction.Connection, work.Transaction);
            await delete.ExecuteNonQueryAsync(ct);
            if (!work.IsRedrive)
            {
                FirstAttempt.TrySetResult();
                throw new TimeoutException("the ledger does not answer");
            }

            return WebhookResult.Done;
        }
    }
}
