namespace Patterns.CreditLedger;

/// <summary>A line of the ledger, which is never changed: what one operation did to one lot, or to the debt.</summary>
public sealed record LedgerEntry
{
    /// <summary>Its number in the account: 1, 2, 3 and so on, without a gap.</summary>
    public required long Number { get; init; }

    /// <summary>When it was written, by the database's clock; never earlier than the entry before it.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>The operation. All entries of one have the same.</summary>
    public required Guid Operation { get; init; }

    /// <summary>The operation's key; <see langword="null"/> for what happened by itself, such as expiry.</summary>
    public string? Key { get; init; }

    /// <summary>What it did.</summary>
    public required EntryKind Kind { get; init; }

    /// <summary>The lot; <see langword="null"/> when only the debt changed.</summary>
    public Guid? Lot { get; init; }

    /// <summary>The lot's pool.</summary>
    public string? Pool { get; init; }

    /// <summary>By how much the available credits changed.</summary>
    public required long Available { get; init; }

    /// <summary>By how much the held credits changed.</summary>
    public required long Held { get; init; }

    /// <summary>By how much the debt changed.</summary>
    public required long Debt { get; init; }

    /// <summary>The account's available credits after it.</summary>
    public required long AvailableAfter { get; init; }

    /// <summary>The account's held credits after it.</summary>
    public required long HeldAfter { get; init; }

    /// <summary>The account's debt after it.</summary>
    public required long DebtAfter { get; init; }

    /// <summary>How much of the lot's cost it recognised, in minor units of the lot's currency; negative when it took recognition back.</summary>
    public long RecognisedMinor { get; init; }

    /// <summary>For <see cref="EntryKind.Revoke"/>: how much was asked back.</summary>
    public long? Asked { get; init; }

    /// <summary>The key of what it is about: of the hold that it settles, the spend that it refunds, the grant that it revokes.</summary>
    public string? About { get; init; }

    /// <summary>Why, as the operation said.</summary>
    public string? Reason { get; init; }

    /// <summary>What for, as the operation said.</summary>
    public string? Reference { get; init; }
}
