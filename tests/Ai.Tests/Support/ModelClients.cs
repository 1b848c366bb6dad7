using System.ClientModel;
using System.ClientModel.Primitives;
using Anthropic;
using LoopbackModels;
using Microsoft.Extensions.AI;
using OpenAI;
using Patterns.LlmFallback;

namespace Ai.Tests;

/// <summary>Clients of a loopback server through the providers' official packages, each with a <see cref="LlmWireHandler"/> in its <see cref="HttpClient"/>.</summary>
/// <param name="address">The server's address.</param>
/// <param name="sdkRetries">How often the packages repeat a request by themselves; the official default is more than 0.</param>
/// <param name="wire">Whether the handler is there; without it only exceptions tell what was wrong.</param>
public sealed class ModelClients(Uri address, int sdkRetries = 0, bool wire = true) : IDisposable
{
    private const string Key = "test-key";

    private readonly HttpClient _http = new(Handler(wire)) { Timeout = Timeout.InfiniteTimeSpan };

    /// <summary>Clients of a server.</summary>
    public ModelClients(ModelServer server)
        : this(server.Address)
    {
    }

    /// <summary>The HTTP client that all of them share.</summary>
    public HttpClient Http => _http;

    /// <summary>The name of a provider in <see cref="LlmModelOptions.Provider"/>.</summary>
    public static string Provider(ModelApi api) => api switch
    {
        ModelApi.OpenAi => "openai",
        ModelApi.Anthropic => "anthropic",
        ModelApi.Azure => "azure",
        _ => "gemini",
    };

    /// <summary>A client of one model.</summary>
    public IChatClient Client(ModelApi api, string model) => api switch
    {
        ModelApi.OpenAi => OpenAi(model),
        ModelApi.Anthropic => Anthropic(model),
        ModelApi.Azure => Azure(model),
        ModelApi.Gemini => Gemini(model),
        _ => throw new ArgumentOutOfRangeException(nameof(api), api, "There is no such wire format."),
    };

    public IChatClient OpenAi(string model) => new OpenAiChatClient(new OpenAI.Chat.ChatClient(model, new ApiKeyCredential(Key), OpenAiOptions(new(address, "v1"))), "openai", address, model);

    public IChatClient Azure(string deployment)
    {
        var options = OpenAiOptions(new(address, $"openai/deployments/{deployment}"));
        options.AddPolicy(new AzurePolicy(Key), PipelinePosition.PerCall);
        return new OpenAiChatClient(new OpenAI.Chat.ChatClient(deployment, new ApiKeyCredential(Key), options), "azure", address, deployment);
    }

    public IChatClient Anthropic(string model)
    {
        var client = new AnthropicClient { ApiKey = Key, BaseUrl = address.ToString().TrimEnd('/'), MaxRetries = sdkRetries, HttpClient = _http };
        return client.AsIChatClient(model, defaultMaxOutputTokens: 1024);
    }

    public IChatClient Gemini(string model) => new GeminiChatClient(_http, address, model, Key);

    public IEmbeddingGenerator<string, Embedding<float>> OpenAiEmbeddings(string model) =>
        new OpenAiEmbeddings(new OpenAI.Embeddings.EmbeddingClient(model, new ApiKeyCredential(Key), OpenAiOptions(new(address, "v1"))), model);

    public void Dispose() => _http.Dispose();

    private static HttpMessageHandler Handler(bool wire)
    {
        // By default a response that is dropped half read is read on for up to two seconds, so that its connection can be used again; a model that writes on costs more than a connection.
        var sockets = new SocketsHttpHandler { UseProxy = false, ResponseDrainTimeout = TimeSpan.Zero };
        return wire ? new LlmWireHandler(sockets) : sockets;
    }

    private OpenAIClientOptions OpenAiOptions(Uri endpoint) => new()
    {
        Endpoint = endpoint,
        Transport = new HttpClientPipelineTransport(_http),
        RetryPolicy = new PromptRetryPolicy(sdkRetries),
    };
}
