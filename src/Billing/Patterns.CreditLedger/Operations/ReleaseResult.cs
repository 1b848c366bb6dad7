namespace Patterns.CreditLedger;

/// <summary>The answer to a release.</summary>
/// <param name="Outcome">What became of it.</param>
public sealed record ReleaseResult(HoldEnd Outcome)
{
    /// <summary>What this release gave back.</summary>
    public long Released { get; init; }

    /// <summary>What the hold held at first.</summary>
    public long HeldAtFirst { get; init; }

    /// <summary>What settlements of the hold have spent.</summary>
    public long SettledInAll { get; init; }

    /// <summary>When the hold ended.</summary>
    public DateTimeOffset? EndedAt { get; init; }
}
