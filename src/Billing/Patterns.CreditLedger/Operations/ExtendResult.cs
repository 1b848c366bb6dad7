namespace Patterns.CreditLedger;

/// <summary>The answer to an extension.</summary>
/// <param name="Outcome">What became of it.</param>
public sealed record ExtendResult(HoldEnd Outcome)
{
    /// <summary>When the open hold gives its credits back by itself, as it is now.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }
}
