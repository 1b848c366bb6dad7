namespace Patterns.CreditLedger;

/// <summary>The pools of credits, and how long the ledger remembers.</summary>
public sealed class CreditLedgerOptions
{
    /// <summary>How long the keys of spends, settlements, refunds and revocations are remembered at least; those of grants are for ever. 35 days to 10 years; default: 90 days.</summary>
    public TimeSpan KeyRetention { get; set; } = TimeSpan.FromDays(90);

    /// <summary>How long a lot lives that takes refunded credits of one that has expired. 1 day to 10 years; default: 30 days.</summary>
    public TimeSpan RefundGrace { get; set; } = TimeSpan.FromDays(30);

    /// <summary>Whether spends and holds are refused with <see cref="SpendOutcome.InDebt"/> while an account owes more than its overdraft limit, even if it has credits. Default: yes.</summary>
    public bool RefuseInDebt { get; set; } = true;

    /// <summary>How often what has expired is carried out in accounts that nobody uses. 1 s to a day; default: a minute. Nobody can spend what has expired in any case.</summary>
    public TimeSpan SweepInterval { get; set; } = TimeSpan.FromMinutes(1);

    internal Dictionary<string, (PoolKind Kind, int Priority)> Pools { get; } = new(StringComparer.Ordinal);

    /// <summary>Names a pool. At least one is needed.</summary>
    /// <param name="name">1 to 200 characters; it is stored with each lot, so a pool that has lots is not to be renamed.</param>
    /// <param name="kind">What its credits are to the books of the company.</param>
    /// <param name="priority">0 to 100, lower drains first; <see langword="null"/> for the kind's: 10, 20 or 50. A change counts for lots that are granted from then on.</param>
    /// <returns>These options.</returns>
    /// <exception cref="ArgumentException">The name is outside its limits, or the kind is not defined.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The priority is outside its limits.</exception>
    public CreditLedgerOptions Pool(string name, PoolKind kind, int? priority = null)
    {
        LedgerText.Check(name, nameof(name));
        if (priority is < 0 or > 100)
            throw new ArgumentOutOfRangeException(nameof(priority), priority, $"The priority of pool '{name}' must be 0 to 100; a lower one drains first.");

        Pools[name] = (kind, priority ?? kind switch
        {
            PoolKind.Free => 10,
            PoolKind.Promotional => 20,
            PoolKind.Paid => 50,
            _ => throw new ArgumentException($"The kind of pool '{name}' is {kind}; it must be Free, Promotional or Paid.", nameof(kind)),
        });
        return this;
    }
}
