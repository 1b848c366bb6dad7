using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;

namespace Ai.Tests;

/// <summary>A small client of Gemini's interface, of the kind that applications write: it throws <see cref="HttpRequestException"/> with the status and the body as message.</summary>
internal sealed class GeminiChatClient(HttpClient http, Uri address, string model, string key) : IChatClient
{
    private readonly ChatClientMetadata _metadata = new("gemini", address, model);

    public async Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        using var response = await SendAsync("generateContent", messages, options, cancellationToken);
        var body = (await response.Content.ReadFromJsonAsync<JsonNode>(cancellationToken))!;
        return new(new ChatMessage(ChatRole.Assistant, [.. Contents(body)]))
        {
            ResponseId = (string?)body["responseId"],
            ModelId = (string?)body["modelVersion"],
            FinishReason = Reason(body, Contents(body).Any(static c => c is FunctionCallContent)),
            Usage = Usage(body),
            RawRepresentation = body,
        };
    }

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using var response = await SendAsync("streamGenerateContent?alt=sse", messages, options, cancellationToken);
        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        var called = false;
        await foreach (var item in SseParser.Create(stream).EnumerateAsync(cancellationToken))
        {
            var body = JsonNode.Parse(item.Data)!;
            if (body["error"] is { } error)
                throw new HttpRequestException(HttpRequestError.Unknown, item.Data, null, (System.Net.HttpStatusCode)(int)error["code"]!);
            var update = new ChatResponseUpdate(ChatRole.Assistant, [.. Contents(body)])
            {
                ResponseId = (string?)body["responseId"],
                MessageId = (string?)body["responseId"],
                ModelId = (string?)body["modelVersion"],
                RawRepresentation = body,
            };
            called |= update.Contents.Any(static c => c is FunctionCallContent);
            update.FinishReason = Reason(body, called);
            if (update.FinishReason is not null && Usage(body) is { } usage)
                update.Contents.Add(new UsageContent(usage));
            yield return update;
        }
    }

    public object? GetService(Type serviceType, object? serviceKey = null) =>
        serviceKey is not null ? null : serviceType == typeof(ChatClientMetadata) ? _metadata : serviceType.IsInstanceOfType(this) ? this : null;

    public void Dispose()
    {
    }

    private static IEnumerable<AIContent> Contents(JsonNode body)
    {
        foreach (var part in (body["candidates"]?[0]?["content"]?["parts"] as JsonArray) ?? [])
        {
            if (part!["functionCall"] is { } call)
                yield return new FunctionCallContent((string?)call["id"] ?? (string)call["name"]!, (string)call["name"]!, call["args"].Deserialize<Dictionary<string, object?>>());
            else if ((bool?)part["thought"] is true || part["thoughtSignature"] is not null)
                yield return new TextReasoningContent((string?)part["text"]) { ProtectedData = (string?)part["thoughtSignature"] };
            else
                yield return new TextContent((string?)part["text"]);
        }
    }

    // What is not a plain end keeps the provider's own word, which the abstraction allows.
    private static ChatFinishReason? Reason(JsonNode body, bool called) => (string?)body["candidates"]?[0]?["finishReason"] switch
    {
        null => body["promptFeedback"]?["blockReason"] is null ? null : ChatFinishReason.ContentFilter,
        "STOP" => called ? ChatFinishReason.ToolCalls : ChatFinishReason.Stop,
        "MAX_TOKENS" => ChatFinishReason.Length,
        var word => new ChatFinishReason(word),
    };

    private static UsageDetails? Usage(JsonNode body) => body["usageMetadata"] is not { } usage ? null : new()
    {
        InputTokenCount = (long?)usage["promptTokenCount"],
        OutputTokenCount = ((long?)usage["candidatesTokenCount"] ?? 0) + ((long?)usage["thoughtsTokenCount"] ?? 0),
        TotalTokenCount = (long?)usage["totalTokenCount"],
        CachedInputTokenCount = (long?)usage["cachedContentTokenCount"],
        ReasoningTokenCount = (long?)usage["thoughtsTokenCount"],
    };

    private async Task<HttpResponseMessage> SendAsync(string method, IEnumerable<ChatMessage> messages, ChatOptions? options, CancellationToken ct)
    {
        var body = new JsonObject { ["contents"] = new JsonArray([.. messages.Where(static m => m.Role != ChatRole.System).Select(Content)]) };
        if (messages.FirstOrDefault(static m => m.Role == ChatRole.System) is { } system)
            body["systemInstruction"] = new JsonObject { ["parts"] = new JsonArray(new JsonObject { ["text"] = system.Text }) };
        if (options?.MaxOutputTokens is { } most)
            body["generationConfig"] = new JsonObject { ["maxOutputTokens"] = most };
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(address, $"v1beta/models/{model}:{method}"))
        {
            Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json"),
        };
        request.Headers.Add("x-goog-api-key", key);
        var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct);
        if (response.IsSuccessStatusCode)
            return response;
        using (response)
            throw new HttpRequestException(HttpRequestError.Unknown, await response.Content.ReadAsStringAsync(ct), null, response.StatusCode);
    }

    private static JsonObject Content(ChatMessage message) => new()
    {
        ["role"] = message.Role == ChatRole.Assistant ? "model" : "user",
        ["parts"] = new JsonArray([.. message.Contents.Select(Part).OfType<JsonNode>()]),
    };

    private static JsonObject? Part(AIContent content) => content switch
    {
        TextContent text => new() { ["text"] = text.Text },
        TextReasoningContent thought => new() { ["text"] = thought.Text, ["thought"] = true, ["thoughtSignature"] = thought.ProtectedData },
        FunctionCallContent call => new() { ["functionCall"] = new JsonObject { ["name"] = call.Name, ["args"] = JsonSerializer.SerializeToNode(call.Arguments) } },
        FunctionResultContent result => new() { ["functionResponse"] = new JsonObject { ["name"] = result.CallId, ["response"] = new JsonObject { ["result"] = JsonSerializer.SerializeToNode(result.Result) } } },
        _ => null,
    };
}
