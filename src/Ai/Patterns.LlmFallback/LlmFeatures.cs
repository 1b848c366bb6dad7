namespace Patterns.LlmFallback;

/// <summary>What a call may need and a model may have. A model is only asked when it has all that the call needs.</summary>
[Flags]
public enum LlmFeatures
{
    /// <summary>Text in, text out.</summary>
    None = 0,

    /// <summary>Tools may be offered to the model, and a history may have calls of them.</summary>
    Tools = 1,

    /// <summary>The call may ask for several tool calls in one turn (<c>AllowMultipleToolCalls</c> = true).</summary>
    ParallelTools = 2,

    /// <summary>The call may force the use of a tool, or of a certain one.</summary>
    ForcedToolChoice = 4,

    /// <summary>Images as input, results of tools included.</summary>
    Vision = 8,

    /// <summary>Audio as input, results of tools included.</summary>
    Audio = 16,

    /// <summary>Answers by a JSON Schema.</summary>
    JsonSchema = 32,

    /// <summary>Streamed answers.</summary>
    Streaming = 64,

    /// <summary>All of these: what a model is taken to have unless <see cref="LlmModelOptions.Supports"/> says less.</summary>
    All = Tools | ParallelTools | ForcedToolChoice | Vision | Audio | JsonSchema | Streaming,
}
