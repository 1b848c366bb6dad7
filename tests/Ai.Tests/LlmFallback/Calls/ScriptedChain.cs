using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Patterns.LlmFallback;

namespace Ai.Tests.LlmFallback.Calls;

/// <summary>A chain of scripted models named "first", "second" and "third", as an application gets it, with a clock that stands still.</summary>
public sealed class ScriptedChain : IDisposable
{
    private static readonly string[] Places = ["first", "second", "third"];
    private readonly ServiceProvider _services;

    public ScriptedChain(params IChatClient[] models)
        : this(static _ => { }, models)
    {
    }

    public ScriptedChain(Action<LlmChainOptions> configure, params IChatClient[] models)
        : this(static (_, _) => { }, configure, models)
    {
    }

    public ScriptedChain(Action<string, LlmModelOptions> model, Action<LlmChainOptions> configure, params IChatClient[] models)
    {
        Name = "answers-" + Guid.CreateVersion7().ToString("N");
        _services = new ServiceCollection()
            .AddSingleton<TimeProvider>(Time)
            .AddLogging(logging => logging.AddProvider(Log))
            .AddLlmFallback(options =>
            {
                options.ReadException<ProviderException>(static exception => exception.Evidence);
                options.Chain(Name, chain =>
                {
                    foreach (var (name, client) in Places.Zip(models))
                        chain.Model(name, _ => client, settings => model(name, settings));
                    configure(chain);
                });
            })
            .BuildServiceProvider();
        Client = _services.GetRequiredService<IChatClient>();
        Fallback = _services.GetRequiredService<ILlmFallback>();
    }

    public string Name { get; }

    public FakeTime Time { get; } = new();

    public CapturedLog Log { get; } = new();

    public IChatClient Client { get; }

    public ILlmFallback Fallback { get; }

    public static ChatMessage[] Question => [new(ChatRole.User, $"What about {ProviderException.Secret}?")];

    public Task<ChatResponse> AskAsync(ChatOptions? options = null, CancellationToken? token = null) => Client.GetResponseAsync(Question, options, token ?? TestContext.Current.CancellationToken);

    public IAsyncEnumerable<ChatResponseUpdate> StreamAsync(ChatOptions? options = null, CancellationToken? token = null) =>
        Client.GetStreamingResponseAsync(Question, options, token ?? TestContext.Current.CancellationToken);

    /// <summary>Reads a stream to its end; the text that came before an exception is in <paramref name="seen"/>.</summary>
    public async Task<ChatResponse> ReadAsync(ICollection<ChatResponseUpdate>? seen = null, ChatOptions? options = null)
    {
        seen ??= [];
        await foreach (var update in StreamAsync(options))
            seen.Add(update);
        return seen.ToChatResponse();
    }

    /// <summary>Lets a call run until it waits for the clock, and then lets that much time pass.</summary>
    public async Task AdvanceAsync(Task running, TimeSpan by)
    {
        await Eventually.HoldsAsync("the call waits for the clock", () => Time.HasTimerWithin(by) || running.IsCompleted);
        Time.Advance(by);
    }

    public LlmCircuitState StateOf(string model) => Fallback.Status(Name).Single(status => status.Model == model).State;

    public void Dispose() => _services.Dispose();
}
