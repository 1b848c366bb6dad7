using BenchmarkDotNet.Attributes;
using Harness;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Patterns.DevServers;
using Patterns.LlmCost;
using Patterns.Postgres;

namespace Ai.Benchmarks;

/// <summary>What one price costs to find, and what the client adds to a call and to a streamed update. Raw prices are a dictionary of decimals; the raw call is the client without ours around it.</summary>
[MemoryDiagnoser]
[Peer("llm-cost.mjs")]
public partial class LlmCostBenchmarks
{
    private const int Updates = 100;

    private static readonly ChatMessage[] Question = [new(ChatRole.User, "What is the weather in Rome?")];

    private readonly Dictionary<(string Provider, string Model), (decimal Input, decimal CacheRead, decimal Output)> _decimals = new()
    {
        [("openai", "gpt-5-2025-08-07")] = (1.25m, 0.125m, 10m),
        [("anthropic", "claude-sonnet-4-6")] = (3m, 0.3m, 15m),
        [("gemini", "gemini-2.5-pro")] = (1.25m, 0.125m, 10m),
    };

    private readonly LlmCall[] _priced = new (string Provider, string Model)[] { ("openai", "gpt-5-2025-08-07"), ("anthropic", "claude-sonnet-4-6"), ("gemini", "gemini-2.5-pro") }
        .Select(static model => new LlmCall("tenant", Guid.CreateVersion7(), model.Provider, model.Model, new() { Input = 1_204, CacheRead = 8_192, Output = 412, Reasoning = 128 })
        {
            StartedAt = new DateTimeOffset(2026, 6, 1, 12, 0, 0, TimeSpan.Zero),
        })
        .ToArray();

    private readonly IChatClient _plain = new CannedAnswers(Updates);
    private readonly LlmCostScope _scope = LlmCostScope.Begin("tenant", "weather");
    private IChatClient _tracked = null!;
    private ServiceProvider _services = null!;
    private ILlmCost _cost = null!;
    private int _next;

    [GlobalSetup]
    public async Task SetupAsync()
    {
        await using var server = await DevServers.StartPostgresAsync(new DevPostgresOptions());
        await using var database = await server.CreateDatabaseAsync();
        _services = new ServiceCollection().AddPostgres(o => o.ConnectionString = database.ConnectionString).AddLlmCost().AddLogging().BuildServiceProvider();
        await _services.GetRequiredService<ISchema>().ApplyAsync();

        // From here on the prices are in memory, and the server may go.
        await _services.GetRequiredService<ILlmCostLedger>().ImportPricesAsync(LlmPriceExample.Open());
        _cost = _services.GetRequiredService<ILlmCost>();
        _tracked = new LlmCostChatClient(_plain, new NothingBooked(), "openai");
    }

    [GlobalCleanup]
    public async Task CleanupAsync()
    {
        _scope.Dispose();
        await _services.DisposeAsync();
    }

    [Benchmark(Baseline = true, Description = "Raw: price a call")]
    public decimal PriceByHand()
    {
        var call = _priced[_next++ % _priced.Length];
        var (input, cacheRead, output) = _decimals[(call.Provider, call.Model)];
        return ((call.Usage.Input * input) + (call.Usage.CacheRead * cacheRead) + (call.Usage.Output * output)) / 1_000_000m;
    }

    [Benchmark(Description = "Ours: price a call")]
    public PicoUsd? Price() => _cost.Price(_priced[_next++ % _priced.Length]);

    [Benchmark(Description = "Raw: ask a model that answers at once")]
    public Task<ChatResponse> AskPlain() => _plain.GetResponseAsync(Question);

    [Benchmark(Description = "Ours: ask a model that answers at once")]
    public Task<ChatResponse> AskTracked() => _tracked.GetResponseAsync(Question);

    [Benchmark(Description = "Raw: read a stream of 100 updates")]
    public Task<int> ReadPlain() => ReadAsync(_plain);

    [Benchmark(Description = "Ours: read a stream of 100 updates")]
    public Task<int> ReadTracked() => ReadAsync(_tracked);

    private static async Task<int> ReadAsync(IChatClient client)
    {
        var count = 0;
        await foreach (var update in client.GetStreamingResponseAsync(Question))
            count += update.Contents.Count;
        return count;
    }
}
