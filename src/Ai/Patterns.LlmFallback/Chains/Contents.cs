namespace Patterns.LlmFallback;

/// <summary>What the contents of an answer or of one update amount to.</summary>
[Flags]
internal enum Contents
{
    /// <summary>Role, ids, empty text, usage: nothing that a reader sees.</summary>
    None = 0,
    Text = 1,
    Reasoning = 2,
    ToolCall = 4,

    /// <summary>Images, audio and whatever else there is.</summary>
    Other = 8,
    Error = 16,

    /// <summary>All that a reader sees.</summary>
    Shown = Text | Reasoning | ToolCall | Other,
}
