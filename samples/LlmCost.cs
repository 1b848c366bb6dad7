#:sdk Microsoft.NET.Sdk.Web
#:project ../src/Ai/Patterns.LlmCost/Patterns.LlmCost.csproj
#:project ../src/Kernel/Patterns.DevServers/Patterns.DevServers.csproj

// What every call to a model cost, on the customer who caused it: book, budget, price late, reconcile with the invoice, erase. Run it with: dotnet run samples/LlmCost.cs
using System.Runtime.CompilerServices;
using System.Text;
using Microsoft.Extensions.AI;
using Patterns.DevServers;
using Patterns.LlmCost;

await using var server = await DevServers.StartPostgresAsync();
await using var database = await server.CreateDatabaseAsync();
var builder = Host.CreateApplicationBuilder();
builder.Logging.ClearProviders();
builder.Services
    .AddPostgres(o => o.ConnectionString = database.ConnectionString)
    .AddLlmCost(o => o.ErasureKey = "a secret of at least 16 bytes"u8.ToArray());
using var host = builder.Build();
await host.StartAsync(); // makes the tables
var (costs, ledger) = (host.Services.GetRequiredService<ILlmCost>(), host.Services.GetRequiredService<ILlmCostLedger>());
await ImportAsync("model-1", input: 3, output: 15);
var month = Month.Of(TimeProvider.System.GetUtcNow());

// Every call through this client is booked on the scope that it runs in. Cached input is counted once.
using var model = new LlmCostChatClient(new Model("model-1"), costs, provider: "acme-ai");
foreach (var (tenant, calls) in new[] { ("globex", 3), ("initech", 1) })
{
    using (LlmCostScope.Begin(tenant, feature: "summaries", userId: "alice", runId: Guid.CreateVersion7()))
    {
        for (var i = 0; i < calls; i++)
            await model.GetResponseAsync("Summarize this.");
    }
}

// A reader that goes away leaves an estimate; usage that becomes known later replaces it.
var aborted = Guid.CreateVersion7();
using (LlmCostScope.Begin("globex", feature: "chat"))
{
    await foreach (var update in model.GetStreamingResponseAsync("Tell me more.", new() { AdditionalProperties = new() { ["patterns.call_id"] = aborted } }))
        break;
}

await costs.FlushAsync();
await PrintAsync("With the estimate");
await costs.RecordAsync(new LlmCall("globex", aborted, "acme-ai", "model-1", new LlmUsage { Input = 900, Output = 2_000 }) { Revision = 1, Feature = "chat" });
await PrintAsync("With the usage that came late");

// A budget of 10 cents: what is booked and set aside never exceeds it together.
await ledger.SetBudgetAsync("globex", PicoUsd.FromUsd(0.10m));
var estimate = new LlmEstimate("acme-ai", "model-1", new LlmUsage { Input = 1_000, Output = 500 });
var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => costs.ReserveAsync("globex", Guid.CreateVersion7(), estimate)));
Console.WriteLine($"Of 20 calls at once, {answers.Count(answer => answer.Allowed)} may go ahead; the others have {answers.Last(answer => !answer.Allowed).Remaining} left");

// A model without a price is booked all the same, and priced when the price comes.
await costs.RecordAsync(new LlmCall("initech", Guid.CreateVersion7(), "acme-ai", "model-2", new LlmUsage { Input = 10_000 }));
await foreach (var unpriced in ledger.UnpricedAsync(month.FirstDay))
    Console.WriteLine($"Without a price: {unpriced.Model}, {unpriced.Calls} call");
await ImportAsync("model-2", input: 1, output: 4);
Console.WriteLine($"Priced now: {await ledger.RepriceAsync(month.FirstDay)}");

// The invoice has a web search that no call names. Its rest is spread in whole cents, and then the tenants sum to it.
var today = DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime);
var reconciled = await ledger.ReconcileAsync(new ProviderStatement("in_1", "acme-ai", month, [new(today, "model-1", PicoUsd.FromUsd(0.07m)), new(today, "model-2", PicoUsd.FromUsd(0.01m)), new(today, "web search", PicoUsd.FromUsd(0.02m))]));
Console.WriteLine($"Invoiced {reconciled.Invoiced}, booked {reconciled.Booked}: agrees = {reconciled.Agrees}");
await ledger.AllocateResidualAsync("in_1");
await ledger.SetRevenueAsync(new TenantRevenue("globex", month, AmountMinor: 20, "usd", UsdPerMinor: 0.01m, "in_globex"));
await PrintAsync("Allocated");

// Who asks to be forgotten leaves money and counts.
Console.WriteLine($"initech is now {await ledger.EraseTenantAsync("initech")}");
await PrintAsync("Erased");
await host.StopAsync();

async Task PrintAsync(string title)
{
    await foreach (var margin in costs.MarginsAsync(month))
        Console.WriteLine($"{title}: {margin.Rank}. {margin.TenantId}, cost {margin.Cost}, revenue {margin.Revenue:0.00} USD{(margin.BelowThreshold ? ", below the threshold" : "")}");
}

async Task ImportAsync(string id, decimal input, decimal output)
{
    var file = $$"""{ "format": "patterns-llm-prices-1", "published": "2026-01-01", "prices": [{ "provider": "acme-ai", "models": ["{{id}}"], "from": "2026-01-01", "usd_per_million": { "input": {{input}}, "cache_read": 0.3, "output": {{output}} } }] }""";
    await ledger.ImportPricesAsync(new MemoryStream(Encoding.UTF8.GetBytes(file)));
}

// Stands for the client of a provider's SDK.
sealed class Model(string id) : IChatClient
{
    public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) => Task.FromResult(
        new ChatResponse(new ChatMessage(ChatRole.Assistant, "A short summary.")) { ModelId = id, Usage = new() { InputTokenCount = 2_000, CachedInputTokenCount = 1_500, OutputTokenCount = 400 } });

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        foreach (var update in (await GetResponseAsync(messages, options, cancellationToken)).ToChatResponseUpdates())
            yield return update;
    }

    public object? GetService(Type serviceType, object? serviceKey = null) => null;

    public void Dispose()
    {
    }
}
