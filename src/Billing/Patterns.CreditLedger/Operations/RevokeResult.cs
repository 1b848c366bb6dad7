namespace Patterns.CreditLedger;

/// <summary>The answer to a revocation.</summary>
/// <param name="Outcome">What became of it.</param>
public sealed record RevokeResult(RevokeOutcome Outcome)
{
    /// <summary>What was taken back.</summary>
    public long Taken { get; init; }

    /// <summary>What could not be, because it is spent, or held by a hold, which stays valid.</summary>
    public long Shortfall { get; init; }

    /// <summary>With <see cref="RevokeOutcome.ExceedsGrant"/>: what is left to be asked back.</summary>
    public long Revocable { get; init; }

    /// <summary>The number of the revocation's last entry; 0 when nothing was changed.</summary>
    public long EntryNumber { get; init; }

    /// <summary>The account's available credits after that entry.</summary>
    public long Available { get; init; }
}
