namespace Patterns.CreditLedger;

/// <summary>The answer to a hold.</summary>
/// <param name="Outcome">What became of it.</param>
public sealed record HoldResult(HoldOutcome Outcome)
{
    /// <summary>What was held of which lot, in drain order.</summary>
    public IReadOnlyList<CreditLine> Lines { get; init; } = [];

    /// <summary>When the hold gives its credits back by itself.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>With <see cref="HoldOutcome.Insufficient"/>: what could have been held.</summary>
    public long Spendable { get; init; }

    /// <summary>With <see cref="HoldOutcome.Insufficient"/>: what was missing.</summary>
    public long Missing { get; init; }

    /// <summary>The number of the hold's last entry; 0 when nothing was held.</summary>
    public long EntryNumber { get; init; }

    /// <summary>The account's available credits after that entry.</summary>
    public long Available { get; init; }

    /// <summary>This hold brought the available credits below the account's low watermark. Said once for each crossing.</summary>
    public bool CrossedLowWatermark { get; init; }
}
