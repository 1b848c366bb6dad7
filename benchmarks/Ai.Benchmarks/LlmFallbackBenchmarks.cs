using BenchmarkDotNet.Attributes;
using Harness;
using LoopbackModels;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Patterns.LlmFallback;

namespace Ai.Benchmarks;

/// <summary>What a chain adds to a call: around a model that answers at once, and on the way to a provider on this machine, where a gateway is what many would choose instead.</summary>
[MemoryDiagnoser]
public class LlmFallbackBenchmarks : IClosedLoopBenchmark
{
    private static readonly NoModel Model = new();
    private readonly List<ChatMessage> _messages = [new(ChatRole.User, "Say hello.")];
    private ServiceProvider _services = null!;
    private IChatClient _chain = null!;
    private IChatClient _openChain = null!;
    private RawFallback _raw = null!;
    private RawFallback _openRaw = null!;

    [GlobalSetup]
    public async Task SetupAsync()
    {
        _services = Chains(Model, new NoModel());
        _chain = _services.GetRequiredKeyedService<IChatClient>("healthy");
        _openChain = _services.GetRequiredKeyedService<IChatClient>("open");
        _services.GetRequiredService<ILlmFallback>().Trip("open", "first", TimeSpan.FromHours(24));
        (_raw, _openRaw) = (new(Model, new NoModel()), new(Model, new NoModel()));
        await _openRaw.OpenAsync();
        if ((await OurCall()).Text != (await RawCall()).Text || (await OurFailover()).AdditionalProperties!["patterns.model"] is not "second" || await OurStream() != await RawStream())
            throw new InvalidOperationException("Both answer the same.");
    }

    [GlobalCleanup]
    public ValueTask CleanupAsync() => _services.DisposeAsync();

    [Benchmark(Baseline = true, Description = "Raw: a healthy call (Raw: a Polly pipeline and a catch)")]
    public Task<ChatResponse> RawCall() => _raw.AskAsync(_messages);

    [Benchmark(Description = "Ours: a healthy call (Raw: a Polly pipeline and a catch)")]
    public Task<ChatResponse> OurCall() => _chain.GetResponseAsync(_messages);

    [Benchmark(Description = "Raw: the first model's circuit is open")]
    public Task<ChatResponse> RawFailover() => _openRaw.AskAsync(_messages);

    [Benchmark(Description = "Ours: the first model's circuit is open")]
    public Task<ChatResponse> OurFailover() => _openChain.GetResponseAsync(_messages);

    [Benchmark(OperationsPerInvoke = NoModel.Updates, Description = "Raw: one update of a stream (Raw: the model alone)")]
    public Task<int> RawStream() => ReadAsync(Model);

    [Benchmark(OperationsPerInvoke = NoModel.Updates, Description = "Ours: one update of a stream (Raw: the model alone)")]
    public Task<int> OurStream() => ReadAsync(_chain);

    public async Task RunAsync(ClosedLoop loop)
    {
        loop.Callers = [1, 16, 64];
        await using var provider = await ModelServer.StartAsync();
        provider["gpt"].KeepsRequests = false;
        using var http = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = 256 });
        using var gatewayHttp = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = 256 });
        using var gateway = await Gateway.StartAsync(http);
        gatewayHttp.DefaultRequestHeaders.Add("x-portkey-config", Gateway.Config(provider.Address));
        var completions = new Uri(provider.Address, "v1/chat/completions");
        var alone = new HttpModel(http, completions);
        await using var services = Chains(alone, new HttpModel(http, completions));
        var chain = services.GetRequiredKeyedService<IChatClient>("healthy");
        var behind = new HttpModel(gatewayHttp, new Uri(gateway.Address, "v1/chat/completions"));
        loop.Note("The provider is a server in the benchmark's own process on loopback; the gateway is a process of its own, whose way to the same provider is one hop more.");
        await loop.MeasureAsync(
            "a call to a provider (Raw: no fallback at all)",
            new Contender("Raw", () => AskAsync(alone)),
            new Contender("Ours", () => AskAsync(chain)),
            new Contender(gateway.Name, () => AskAsync(behind)));
    }

    private async ValueTask AskAsync(IChatClient client) => await client.GetResponseAsync(_messages);

    private async Task<int> ReadAsync(IChatClient client)
    {
        var length = 0;
        await foreach (var update in client.GetStreamingResponseAsync(_messages))
            length += update.Contents.Count;
        return length;
    }

    private static ServiceProvider Chains(IChatClient first, IChatClient second) => new ServiceCollection()
        .AddLlmFallback(options =>
        {
            foreach (var name in new[] { "healthy", "open" })
            {
                options.Chain(name, chain =>
                {
                    chain.Model("first", _ => name == "healthy" ? first : new Unshared(first), model => model.Provider = "openai");
                    chain.Model("second", _ => second, model => model.Provider = "anthropic");
                });
            }
        })
        .BuildServiceProvider();

    // Chains whose clients are one instance share its circuit.
    private sealed class Unshared(IChatClient inner) : DelegatingChatClient(inner);
}
