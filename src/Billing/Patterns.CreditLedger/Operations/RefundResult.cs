namespace Patterns.CreditLedger;

/// <summary>The answer to a refund.</summary>
/// <param name="Outcome">What became of it.</param>
public sealed record RefundResult(RefundOutcome Outcome)
{
    /// <summary>What was refunded: the lines, what was forfeited and the debt that is owed no more.</summary>
    public long Amount { get; init; }

    /// <summary>The lots in which the credits are available again.</summary>
    public IReadOnlyList<CreditLine> Lines { get; init; } = [];

    /// <summary>What was forfeited, since its lot has expired.</summary>
    public long Forfeited { get; init; }

    /// <summary>What is owed no more.</summary>
    public long DebtCleared { get; init; }

    /// <summary>With <see cref="RefundOutcome.ExceedsSpend"/>: what is left of the spend.</summary>
    public long Refundable { get; init; }

    /// <summary>The number of the refund's last entry; 0 when nothing was changed.</summary>
    public long EntryNumber { get; init; }

    /// <summary>The account's available credits after that entry.</summary>
    public long Available { get; init; }
}
