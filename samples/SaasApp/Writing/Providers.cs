using System.ClientModel;
using System.ClientModel.Primitives;
using Anthropic;
using LoopbackModels;
using Microsoft.Extensions.AI;
using OpenAI;
using Patterns.LlmCost;
using Patterns.LlmFallback;

namespace SaasApp;

/// <summary>The clients of the two providers, through their official packages. In Development both are on loopback, and the first fails when it is told to.</summary>
internal sealed class Providers(IConfiguration configuration, ModelServer? loopback) : IAsyncDisposable
{
    public const string Claude = "claude-opus-4-5";
    public const string Gpt = "gpt-5";
    private static readonly TimeSpan Slowly = TimeSpan.FromSeconds(4);
    private readonly HttpClient _http = new(new LlmWireHandler(new SocketsHttpHandler { UseProxy = false })) { Timeout = Timeout.InfiniteTimeSpan };

    public static async Task<Providers> StartAsync(IConfiguration configuration, bool loopback)
    {
        var providers = new Providers(configuration, loopback ? await ModelServer.StartAsync() : null);
        providers.Set(Mood.Healthy);
        return providers;
    }

    /// <summary>Whether the first provider can be told how to do.</summary>
    public bool IsLoopback => loopback is not null;

    public Mood Mood { get; private set; }

    public void Set(Mood mood)
    {
        Mood = mood;
        if (loopback is null)
            return;

        var pace = TimeSpan.FromMilliseconds(20);
        (loopback[Claude].Says, loopback[Gpt].Says) = (request => LoopbackText.Answer(request, mood == Mood.Slow ? Slowly : pace), request => LoopbackText.Answer(request, pace));
        loopback[Claude].Condition = mood switch
        {
            Mood.RateLimited => ModelCondition.RateLimited,
            Mood.Overloaded => ModelCondition.Overloaded,
            Mood.DiesMidStream => ModelCondition.DiesMidStream,
            _ => ModelCondition.Healthy,
        };
    }

    // <shown>
    /// <summary>The chain: each model's client lets the chain see the wire, repeats nothing by itself, and books what it costs.</summary>
    public void Chain(LlmChainOptions chain)
    {
        chain.Model("claude", services => Booked(new AnthropicClient { ApiKey = Key("Anthropic"), BaseUrl = Address("Anthropic", "https://api.anthropic.com"), HttpClient = _http, MaxRetries = 0 }
            .AsIChatClient(Claude, defaultMaxOutputTokens: Author.MaxOutput), services, "anthropic"));
        chain.Model("gpt", services => Booked(new OpenAiTexts(new(Gpt, new ApiKeyCredential(Key("OpenAI")), new OpenAIClientOptions
        {
            Endpoint = new(Address("OpenAI", "https://api.openai.com") + "/v1"),
            Transport = new HttpClientPipelineTransport(_http),
            RetryPolicy = new ClientRetryPolicy(maxRetries: 0),
        }), Gpt), services, "openai"), model => model.OnlyWhen = FaultNotes.Take);
        chain.Streaming = AfterFirstToken.Continue; // the next model goes on where one broke off
        (chain.HedgeAfter, chain.MaxHedgedShare) = (TimeSpan.FromSeconds(2), 1); // and is asked beside one that is slow
    }
    // </shown>

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        if (loopback is not null) await loopback.DisposeAsync();
    }

    private static LlmCostChatClient Booked(IChatClient client, IServiceProvider services, string provider) => new(client, services.GetRequiredService<ILlmCost>(), provider);

    private string Key(string provider) => configuration[$"{provider}:ApiKey"] is { Length: > 0 } key ? key : "not-configured";

    private string Address(string provider, string real) => loopback?.Address.ToString().TrimEnd('/') ?? configuration[$"{provider}:Address"] ?? real;
}
