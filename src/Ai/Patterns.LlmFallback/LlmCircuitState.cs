namespace Patterns.LlmFallback;

/// <summary>The state of a model's circuit.</summary>
public enum LlmCircuitState
{
    /// <summary>The model is asked.</summary>
    Closed,

    /// <summary>The model is not asked until <see cref="LlmModelStatus.ReopensAt"/>.</summary>
    Open,

    /// <summary>The break is over: one call is let through as a probe, and its outcome decides.</summary>
    HalfOpen,
}
