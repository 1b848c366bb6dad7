using Microsoft.Extensions.AI;

namespace Patterns.LlmFallback;

internal static class ContentsReader
{
    public static Contents Of(AIContent content) => content switch
    {
        TextContent text => text.Text.Length > 0 ? Contents.Text : Contents.None,
        TextReasoningContent reasoning => reasoning.Text.Length > 0 ? Contents.Reasoning : Contents.None,
        UsageContent => Contents.None,
        FunctionCallContent => Contents.ToolCall,
        ErrorContent => Contents.Error,
        _ => Contents.Other,
    };

    public static Contents Of(IList<AIContent> contents)
    {
        var all = Contents.None;
        for (var i = 0; i < contents.Count; i++)
            all |= Of(contents[i]);
        return all;
    }

    public static Contents Of(ChatResponse response)
    {
        var all = Contents.None;
        for (var i = 0; i < response.Messages.Count; i++)
            all |= Of(response.Messages[i].Contents);
        return all;
    }

    /// <summary>Whether a finish reason needs no second look.</summary>
    public static bool IsOrdinary(ChatFinishReason? finish) =>
        finish is not { } reason || reason == ChatFinishReason.Stop || reason == ChatFinishReason.ToolCalls || reason == ChatFinishReason.Length;
}
