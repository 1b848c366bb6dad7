namespace Patterns.CreditLedger;

/// <summary>The answer to a settlement.</summary>
/// <param name="Outcome">What became of it.</param>
public sealed record SettleResult(SettleOutcome Outcome)
{
    /// <summary>What this settlement spent, <see cref="Owed"/> included.</summary>
    public long Amount { get; init; }

    /// <summary>What came from which lot: what was held first, each part in drain order.</summary>
    public IReadOnlyList<CreditLine> Lines { get; init; } = [];

    /// <summary>What of it is owed.</summary>
    public long Owed { get; init; }

    /// <summary>What the end of the hold gave back.</summary>
    public long Released { get; init; }

    /// <summary>With <see cref="SettleOutcome.OverHold"/> and <see cref="SettleOutcome.Insufficient"/>: what could have been spent.</summary>
    public long Spendable { get; init; }

    /// <summary>What the hold held at first.</summary>
    public long HeldAtFirst { get; init; }

    /// <summary>What all settlements of the hold have spent.</summary>
    public long SettledInAll { get; init; }

    /// <summary>When the hold ended; <see langword="null"/> while it is open.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>The number of the settlement's last entry; 0 when nothing was changed.</summary>
    public long EntryNumber { get; init; }

    /// <summary>The account's available credits after that entry.</summary>
    public long Available { get; init; }
}
