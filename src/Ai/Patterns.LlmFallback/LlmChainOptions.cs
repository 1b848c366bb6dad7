using Microsoft.Extensions.AI;

namespace Patterns.LlmFallback;

/// <summary>One chain: its models in the order in which they are asked, and how far a call may go.</summary>
public sealed class LlmChainOptions
{
    internal List<(string Name, Func<IServiceProvider, IChatClient> Client, LlmModelOptions Options)> Models { get; } = [];

    /// <summary>
    /// Adds a model at the end. Give the provider's SDK a retry count of zero, or waits multiply, and put an <see cref="LlmWireHandler"/> into its <c>HttpClient</c>, so that faults are judged by what is on the wire.
    /// </summary>
    /// <param name="name">The model's name in this chain: 1 to 100 characters, once per chain.</param>
    /// <param name="client">Makes the client or takes it from the container; called once. Chains whose factories give the same instance share the model's circuit.</param>
    /// <param name="configure">What the chain should know of the model.</param>
    public void Model(string name, Func<IServiceProvider, IChatClient> client, Action<LlmModelOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(client);
        var options = new LlmModelOptions();
        configure?.Invoke(options);
        Models.Add((name, client, options));
    }

    /// <summary>What happens when a stream breaks after its first content. Default <see cref="AfterFirstToken.Fail"/>.</summary>
    public AfterFirstToken Streaming { get; set; } = AfterFirstToken.Fail;

    /// <summary>What happens when a content filter or a model refuses. Default <see cref="ContentFilterAction.Stop"/>.</summary>
    public ContentFilterAction ContentFilter { get; set; } = ContentFilterAction.Stop;

    /// <summary>Whether other models may be asked at all. A call sets it by <c>patterns.fallback</c> = false in its options' additional properties. It holds for broken streams too. Default true.</summary>
    public bool Fallback { get; set; } = true;

    /// <summary>The time of a whole call, all attempts and waits included, up to the last update of a stream. Default 60 s. Like all times here, and like the caller's own cancellation, it cancels the token that the model's client got; a client that has not come back a second later is left behind, and what it still answers is given back.</summary>
    public TimeSpan TotalTimeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>The time of one attempt at an answer that is not streamed. Default 60 s, so that <see cref="TotalTimeout"/> decides.</summary>
    public TimeSpan AttemptTimeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>The time of one attempt up to the first content of its stream. Default 20 s.</summary>
    public TimeSpan FirstTokenTimeout { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>The time between two updates of a stream. Default 30 s.</summary>
    public TimeSpan IdleTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>The most attempts of a call, repeated ones included. Default 6; 1 to 32.</summary>
    public int MaxAttempts { get; set; } = 6;

    /// <summary>The longest wait after a rate limit before the same model is asked once more. Default 2 s.</summary>
    public TimeSpan MaxRateLimitWait { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>The wait before a model that failed is asked once more; up to half of it is added at random. Default 200 ms. A bad answer is asked for again at once, and a rate limit after its stated wait.</summary>
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromMilliseconds(200);

    /// <summary>
    /// Judges an answer that came whole; false makes it a <see cref="LlmFaultKind.BadOutput"/>. A streamed answer is not judged: its content was shown. Null takes every answer that has content or a tool call.
    /// </summary>
    public Func<ChatResponse, bool>? Accept { get; set; }

    /// <summary>Counts the input tokens of a call. Null estimates them: UTF-8 bytes of the text divided by 3.5.</summary>
    public Func<IReadOnlyList<ChatMessage>, ChatOptions?, long>? CountTokens { get; set; }

    /// <summary>The most that a call may cost in USD, failed attempts included. Models whose declared price, the input and the output limit exceed what is left are skipped. Null: no limit.</summary>
    public decimal? MaxCostPerCall { get; set; }

    /// <summary>
    /// What a tenant may still spend, in USD; null answers mean no limit. It is asked once per call, with the tenant of <c>patterns.tenant</c> in the options' additional properties (null without one), before the first attempt.
    /// </summary>
    public Func<string?, decimal?>? RemainingBudget { get; set; }

    /// <summary>How long a conversation stays on the model that last answered it, so that the provider's prompt cache is used. Default 5 minutes; zero turns it off.</summary>
    public TimeSpan StickyFor { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>After this long without content the next model is started beside the first; the first content wins. Null, the default, turns hedging off.</summary>
    public TimeSpan? HedgeAfter { get; set; }

    /// <summary>The largest share of calls that hedge. Default 0.05; above 0, up to 1.</summary>
    public double MaxHedgedShare { get; set; } = 0.05;

    /// <summary>
    /// Answers when no model did, from a cache or with a set text; null answers mean that it has nothing either. Its response carries <c>patterns.degraded</c> = true. It is not asked for what no model would take, for a
    /// call without fallback or bound to a provider that it reached, or once a stream has shown content. The call's time may be over by then: it has no limit but the caller's token. What it throws fails the call. Null: the
    /// exception is thrown.
    /// </summary>
    public Func<LlmRequest, CancellationToken, ValueTask<ChatResponse?>>? LastResort { get; set; }
}
