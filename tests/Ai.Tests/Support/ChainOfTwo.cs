using LoopbackModels;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Patterns.LlmFallback;

namespace Ai.Tests;

/// <summary>A chain of two models of the loopback server, through the official SDKs: <c>first</c>, and <c>next</c>, which is larger.</summary>
internal sealed class ChainOfTwo : IAsyncDisposable
{
    private readonly ServiceProvider _services;

    public ChainOfTwo(LoopbackFixture loopback, ModelApi api, Action<LlmChainOptions>? configure = null, ModelApi nextApi = ModelApi.OpenAi, ModelClients? clients = null, Action<LlmFallbackOptions>? all = null)
    {
        clients ??= loopback.Clients;
        (First, Next) = (loopback.Server[loopback.Name("first")], loopback.Server[loopback.Name("next")]);
        _services = new ServiceCollection()
            .AddSingleton<TimeProvider>(Time)
            .AddLogging(logging => logging.AddProvider(Log))
            .AddLlmFallback(options =>
            {
                options.Chain("chain", chain =>
                {
                    chain.Model("first", _ => clients.Client(api, First.Name), model => (model.Provider, model.ContextWindow, model.MaxRequestBytes) = (ModelClients.Provider(api), 100_000, 1_000_000));
                    chain.Model("next", _ => clients.Client(nextApi, Next.Name), model =>
                    {
                        (model.Provider, model.ContextWindow, model.MaxRequestBytes) = (ModelClients.Provider(nextApi), 200_000, 2_000_000);
                        model.OnlyWhen = request =>
                        {
                            AttemptsBeforeNext = request.Attempts;
                            return true;
                        };
                    });
                    configure?.Invoke(chain);
                });
                all?.Invoke(options);
            })
            .BuildServiceProvider();
    }

    public SwiftTime Time { get; } = new();

    public CapturedLog Log { get; } = new();

    public ServedModel First { get; }

    public ServedModel Next { get; }

    /// <summary>What had been tried when the chain turned to the second model; null when it never did.</summary>
    public IReadOnlyList<LlmAttempt>? AttemptsBeforeNext { get; private set; }

    public IChatClient Client => _services.GetRequiredService<IChatClient>();

    public ILlmFallback Operator => _services.GetRequiredService<ILlmFallback>();

    public LlmModelStatus FirstStatus => Operator.Status("chain")[0];

    /// <summary>Asks the chain, streamed or not; what it throws is the outcome's exception.</summary>
    public async Task<(ChatResponse? Response, Exception? Exception)> AskAsync(bool streamed, string text = "hi")
    {
        try
        {
            var ct = TestContext.Current.CancellationToken;
            return (streamed ? await Client.GetStreamingResponseAsync(text, cancellationToken: ct).ToChatResponseAsync(ct) : await Client.GetResponseAsync(text, cancellationToken: ct), null);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            return (null, exception);
        }
    }

    public ValueTask DisposeAsync() => _services.DisposeAsync();
}
