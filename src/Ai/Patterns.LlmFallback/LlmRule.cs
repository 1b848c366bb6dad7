namespace Patterns.LlmFallback;

/// <summary>One rule of the classification: what is set must fit, what is not set does not matter. The first rule that fits decides.</summary>
/// <param name="Kind">What the fault is when the rule fits.</param>
public sealed record LlmRule(LlmFaultKind Kind)
{
    /// <summary>The provider, compared without case.</summary>
    public string? Provider { get; init; }

    /// <summary>The HTTP status.</summary>
    public int? Status { get; init; }

    /// <summary>The provider's code or type of the error, or a finish reason other than stop, length and tool_calls, compared whole and without case.</summary>
    public string? Code { get; init; }

    /// <summary>A part of the error's message, compared without case. For what providers say in no other way.</summary>
    public string? Message { get; init; }

    /// <summary>A last condition on the whole evidence. It must not throw.</summary>
    public Func<LlmEvidence, bool>? When { get; init; }
}
