using System.Text;
using Microsoft.Extensions.AI;

namespace Patterns.LlmCost;

/// <summary>Tokens of a text that nobody counted: its bytes of UTF-8 by 3.5, which is near for English prose and code, and high rather than low for others.</summary>
internal static class TextEstimate
{
    public static long Tokens(long bytes) => (long)Math.Ceiling(bytes / 3.5);

    public static long Bytes(AIContent content) => content switch
    {
        TextContent text => Bytes(text.Text),
        TextReasoningContent reasoning => Bytes(reasoning.Text),
        FunctionCallContent call => Bytes(call.Name) + (call.Arguments?.Sum(static argument => Bytes(argument.Key) + Bytes(argument.Value?.ToString())) ?? 0),
        FunctionResultContent result => Bytes(result.Result?.ToString()),
        _ => 0,
    };

    public static long Bytes(IEnumerable<ChatMessage> messages, ChatOptions? options)
    {
        var bytes = Bytes(options?.Instructions);
        foreach (var message in messages)
        {
            foreach (var content in message.Contents)
                bytes += Bytes(content);
        }

        foreach (var tool in options?.Tools ?? [])
            bytes += Bytes(tool.Name) + Bytes(tool.Description) + (tool is AIFunctionDeclaration function ? Bytes(function.JsonSchema.GetRawText()) : 0);
        return bytes;
    }

    public static long Bytes(string? text) => text is null ? 0 : Encoding.UTF8.GetByteCount(text);
}
