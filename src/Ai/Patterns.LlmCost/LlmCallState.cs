namespace Patterns.LlmCost;

/// <summary>How well a call's usage is known.</summary>
public enum LlmCallState
{
    /// <summary>The provider told it.</summary>
    Settled,

    /// <summary>It was estimated from the request's size and the streamed text, since the call was aborted or its usage never came. A later revision replaces it.</summary>
    Estimated,

    /// <summary>The attempt failed and the provider bills nothing for it.</summary>
    Failed,
}
