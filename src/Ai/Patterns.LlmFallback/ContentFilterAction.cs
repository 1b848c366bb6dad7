namespace Patterns.LlmFallback;

/// <summary>What happens when a content filter or a model refuses.</summary>
public enum ContentFilterAction
{
    /// <summary>A refusal that came as an answer is returned as it is; one that came as an error is thrown. No other model is asked.</summary>
    Stop,

    /// <summary>The next model is asked, unless content was already shown.</summary>
    TryNext,
}
