namespace Patterns.CreditLedger;

/// <summary>What an account has, at one moment and in one snapshot. An account that is not known has nothing.</summary>
public sealed record CreditBalance
{
    /// <summary>The account.</summary>
    public required AccountId Account { get; init; }

    /// <summary>The moment that it is about, by the database's clock and never earlier than the entry.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>The number of the last entry that it counts; 0 when there is none.</summary>
    public long EntryNumber { get; init; }

    /// <summary>By the entries: the credits that are not held, with those that are not effective yet or have expired and were not swept.</summary>
    public long Available { get; init; }

    /// <summary>
    /// What a spend could take at that moment without going into debt: no credits that are not effective yet, none that have expired, and those of expired holds whose lots are good. Debt is not
    /// subtracted, though it may have spends refused.
    /// </summary>
    public long Spendable => Pools.Sum(static pool => pool.Spendable);

    /// <summary>By the entries: the credits that are held, also by holds that have expired and were not swept.</summary>
    public long Held { get; init; }

    /// <summary>What is owed.</summary>
    public long Debt { get; init; }

    /// <summary>Each pool in which there is something, by name.</summary>
    public IReadOnlyList<PoolBalance> Pools { get; init; } = [];

    /// <summary>When the next credits that are there will expire; <see langword="null"/> when none will.</summary>
    public DateTimeOffset? NextExpiry { get; init; }

    /// <summary>How much the account may owe by spending, as it is set now.</summary>
    public long OverdraftLimit { get; init; }

    /// <summary>Below how many available credits a spend says so, as it is set now; <see langword="null"/> for never.</summary>
    public long? LowWatermark { get; init; }
}
