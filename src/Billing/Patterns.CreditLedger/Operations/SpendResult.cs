namespace Patterns.CreditLedger;

/// <summary>The answer to a spend.</summary>
/// <param name="Outcome">What became of it.</param>
public sealed record SpendResult(SpendOutcome Outcome)
{
    /// <summary>What was spent, <see cref="Owed"/> included. 0 unless it was spent.</summary>
    public long Amount { get; init; }

    /// <summary>What came from which lot, in drain order.</summary>
    public IReadOnlyList<CreditLine> Lines { get; init; } = [];

    /// <summary>What was spent beyond the lots, within the overdraft limit.</summary>
    public long Owed { get; init; }

    /// <summary>With <see cref="SpendOutcome.Insufficient"/>: what could have been spent.</summary>
    public long Spendable { get; init; }

    /// <summary>With <see cref="SpendOutcome.Insufficient"/>: what was missing.</summary>
    public long Missing { get; init; }

    /// <summary>The number of the spend's last entry; 0 when nothing was spent.</summary>
    public long EntryNumber { get; init; }

    /// <summary>The account's available credits after that entry.</summary>
    public long Available { get; init; }

    /// <summary>This spend brought the available credits below the account's low watermark. Said once for each crossing, and not again by a replay.</summary>
    public bool CrossedLowWatermark { get; init; }
}
