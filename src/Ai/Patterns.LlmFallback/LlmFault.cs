namespace Patterns.LlmFallback;

/// <summary>What the evidence of a failed attempt says.</summary>
/// <param name="Kind">What was wrong.</param>
/// <param name="Code">The provider's own word for it (<c>insufficient_quota</c>, <c>overloaded_error</c>); null when it gave none. Never longer than 100 characters, never from a prompt or an answer.</param>
/// <param name="RequestId">The provider's id of the request, for its support; null when it gave none.</param>
/// <param name="Wait">How long the provider asks to wait: the longest of what its headers and body state; null when it states none.</param>
/// <param name="ResetAt">When the limit that was hit is full again, when the provider states it.</param>
public sealed record LlmFault(LlmFaultKind Kind, string? Code = null, string? RequestId = null, TimeSpan? Wait = null, DateTimeOffset? ResetAt = null)
{
    /// <summary>Whether the provider forbids to ask the same model again at once (<c>x-should-retry: false</c>).</summary>
    public bool MayRetry { get; init; } = true;
}
