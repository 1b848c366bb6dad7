using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Ai.Benchmarks;

/// <summary>The least that can ask an OpenAI endpoint: the same for every subject, at another address.</summary>
internal sealed class HttpModel(HttpClient http, Uri address) : IChatClient
{
    private static readonly MediaTypeHeaderValue Json = new("application/json");
    private static readonly byte[] Request = """{"model":"gpt","messages":[{"role":"user","content":"Say hello."}]}"""u8.ToArray();

    public async Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        using var content = new ByteArrayContent(Request) { Headers = { ContentType = Json } };
        using var response = await http.PostAsync(address, content, cancellationToken);
        response.EnsureSuccessStatusCode();
        var answer = await response.Content.ReadFromJsonAsync<JsonElement>(cancellationToken);
        var text = answer.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString();
        return new ChatResponse(new ChatMessage(ChatRole.Assistant, text)) { FinishReason = ChatFinishReason.Stop };
    }

    public IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException();

    public object? GetService(Type serviceType, object? serviceKey = null) => null;

    public void Dispose()
    {
    }
}
