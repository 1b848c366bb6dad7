using System.ClientModel;
using System.ClientModel.Primitives;
using Anthropic;
using LoopbackModels;
using Microsoft.Extensions.AI;
using OpenAI;
using Patterns.LlmFallback;

namespace Ai.Tests;

/// <summary>Clients of a loopback server through the providers' official packages, each with a <see cref="LlmWireHandler"/> in its <see cref="HttpClient"/>.</summary>
/// <param name="server">The server.</param>
/// <param name="sdkRetries">How often the packages repeat a request by themselves; the official default is more than 0.</param>
/// <param name="wire">Whether the handler is there; without it only exceptions tell what was wrong.</param>
public sealed class ModelClients(ModelServer server, int sdkRetries = 0, bool wire = true) : IDisposable
{
    private const string Key = "test-key";

    private readonly HttpClient _http = new(Handler(wire)) { Timeout = Timeout.InfiniteTimeSpan };

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

    public IChatClient OpenAi(string model) => new OpenAiChatClient(new OpenAI.Chat.ChatClient(model, new ApiKeyCredential(Key), OpenAiOptions(new(server.Address, "v1"))), "openai", server.Address, model);

    public IChatClient Azure(string deployment)
    {
        var options = OpenAiOptions(new(server.Address, $"openai/deployments/{deployment}"));
        options.AddPolicy(new AzurePolicy(Key), PipelinePosition.PerCall);
        return new OpenAiChatClient(new OpenAI.Chat.ChatClient(deployment, new ApiKeyCredential(Key), options), "azure", server.Address, deployment);
    }

    public IChatClient Anthropic(string model)
    {
        var client = new AnthropicClient { ApiKey = Key, BaseUrl = server.Address.ToString().TrimEnd('/'), MaxRetries = sdkRetries, HttpClient = _http };
        return client.AsIChatClient(model, defaultMaxOutputTokens: 1024);
    }

    public IChatClient Gemini(string model) => new GeminiChatClient(_http, server.Address, model, Key);

    public IEmbeddingGenerator<string, Embedding<float>> OpenAiEmbeddings(string model) =>
        new OpenAiEmbeddings(new OpenAI.Embeddings.EmbeddingClient(model, new ApiKeyCredential(Key), OpenAiOptions(new(server.Address, "v1"))), model);

    public void Dispose() => _http.Dispose();

    private static HttpMessageHandler Handler(bool wire)
    {
        var sockets = new SocketsHttpHandler { UseProxy = false };
        return wire ? new LlmWireHandler(sockets) : sockets;
    }

    private OpenAIClientOptions OpenAiOptions(Uri endpoint) => new()
    {
        Endpoint = endpoint,
        Transport = new HttpClientPipelineTransport(_http),
        RetryPolicy = new ClientRetryPolicy(sdkRetries),
    };
}
