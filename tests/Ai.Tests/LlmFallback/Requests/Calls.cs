using System.Text.Json;
using Microsoft.Extensions.AI;
using Patterns.LlmFallback;

namespace Ai.Tests.LlmFallback.Requests;

/// <summary>Calls that need something of a model.</summary>
internal static class Calls
{
    public static AIFunction Weather { get; } = AIFunctionFactory.Create((string city) => $"rain in {city}", "weather", "Tells the weather.");

    public static JsonElement Schema { get; } = JsonElement.Parse("""{"type":"object"}""");

    public static (IList<ChatMessage> Messages, ChatOptions Options) Needing(LlmFeatures feature) => feature switch
    {
        LlmFeatures.Tools => ([User("hi")], new() { Tools = [Weather] }),
        LlmFeatures.ParallelTools => ([User("hi")], new() { Tools = [Weather], AllowMultipleToolCalls = true }),
        LlmFeatures.ForcedToolChoice => ([User("hi")], new() { Tools = [Weather], ToolMode = ChatToolMode.RequireAny }),
        LlmFeatures.Vision => ([new ChatMessage(ChatRole.User, [new TextContent("hi"), new UriContent("https://example.com/cat.png", "image/png")])], new()),
        LlmFeatures.Audio => ([new ChatMessage(ChatRole.User, [new DataContent(new byte[] { 1, 2, 3 }, "audio/wav")])], new()),
        LlmFeatures.JsonSchema => ([User("hi")], new() { ResponseFormat = ChatResponseFormat.ForJsonSchema(Schema, "answer") }),
        _ => throw new ArgumentOutOfRangeException(nameof(feature), feature, "No call needs it."),
    };

    public static ChatMessage User(string text) => new(ChatRole.User, text);

    public static ChatMessage Assistant(params AIContent[] contents) => new(ChatRole.Assistant, contents);

    public static ChatMessage Tool(params AIContent[] contents) => new(ChatRole.Tool, contents);

    public static FunctionCallContent Call(string id) => new(id, "weather", new Dictionary<string, object?>(StringComparer.Ordinal) { ["city"] = "Bern" });

    public static FunctionResultContent Result(string id) => new(id, "rain");
}
