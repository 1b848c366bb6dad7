using System.Net;
using System.Runtime.CompilerServices;
using System.Text;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Patterns.LlmFallback;

namespace Ai.Tests.LlmFallback.Faults;

/// <summary>A small SDK whose exceptions say nothing and whose streams pass over what they do not know, as OpenAI's does: all there is to learn is on the wire.</summary>
internal sealed class HttpModel(Func<HttpResponseMessage> answer) : HttpMessageHandler, IChatClient
{
    private HttpClient? _http;
    private int _asked;

    public int Asked => _asked;

    /// <summary>What the SDK itself read of the last error.</summary>
    public byte[]? ErrorRead { get; private set; }

    public string? ErrorType { get; private set; }

    private HttpClient Http => _http ??= new HttpClient(new LlmWireHandler(this));

    public static HttpResponseMessage Reply(int status, string body, params (string Name, string Value)[] headers)
    {
        var reply = new HttpResponseMessage((HttpStatusCode)status) { Content = new StringContent(body, Encoding.UTF8, status == 200 ? "text/event-stream" : "application/json") };
        foreach (var (name, value) in headers)
            reply.Headers.TryAddWithoutValidation(name, value);
        return reply;
    }

    public static HttpResponseMessage Text(string text, params (string Name, string Value)[] headers) => Reply(200, $"data: {text}\n\ndata: [DONE]\n\n", headers);

    /// <summary>A chain of it and a second model that always answers "second".</summary>
    public ServiceProvider Chain(FakeTime? time = null) => new ServiceCollection().AddSingleton<TimeProvider>(time ?? new FakeTime(Evidence.Now))
        .AddLlmFallback(o => o.Chain("answers", c =>
        {
            c.Model("first", _ => this, static m => m.Provider = "openai");
            c.Model("second", static _ => new HttpModel(static () => Text("second")));
        })).BuildServiceProvider();

    public async Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
        => await GetStreamingResponseAsync(messages, options, cancellationToken).ToChatResponseAsync(cancellationToken);

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "http://model/");
        using var response = await Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        if (!response.IsSuccessStatusCode)
        {
            ErrorRead = await response.Content.ReadAsByteArrayAsync(cancellationToken);
            ErrorType = response.Content.Headers.ContentType?.MediaType;
            throw new InvalidOperationException("The service failed.");
        }

        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(cancellationToken));
        while (await reader.ReadLineAsync(cancellationToken) is { } line)
        {
            if (line == "data: [DONE]")
                yield return new ChatResponseUpdate { FinishReason = ChatFinishReason.Stop };
            else if (line.StartsWith("data: ", StringComparison.Ordinal) && line[6] != '{')
                yield return new ChatResponseUpdate(ChatRole.Assistant, line[6..]);
        }
    }

    public object? GetService(Type serviceType, object? serviceKey = null) => null;

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _asked);
        return Task.FromResult(answer());
    }
}
