namespace Patterns.CreditLedger;

/// <summary>The answer to a grant.</summary>
/// <param name="Outcome">What became of it.</param>
public sealed record GrantResult(GrantOutcome Outcome)
{
    /// <summary>The lot of this key, also for <see cref="GrantOutcome.Conflict"/>.</summary>
    public Guid Lot { get; init; }

    /// <summary>What that lot was granted.</summary>
    public long Amount { get; init; }

    /// <summary>What of it repaid debt at once.</summary>
    public long DebtRepaid { get; init; }

    /// <summary>The number of the grant's last entry; 0 when its entries are archived.</summary>
    public long EntryNumber { get; init; }

    /// <summary>The account's available credits after that entry.</summary>
    public long Available { get; init; }
}
