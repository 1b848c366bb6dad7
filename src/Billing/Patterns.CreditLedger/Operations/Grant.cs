namespace Patterns.CreditLedger;

/// <summary>Credits for an account: they become a lot of their own. Texts have 1 to 200 characters unless something else is said.</summary>
/// <param name="Account">The account, which is made if it is new.</param>
/// <param name="Key">Names this grant for ever: use the id of the payment. The same key with the same content grants once.</param>
/// <param name="Pool">A pool of <see cref="CreditLedgerOptions"/>. Its priority as it is now stays with the lot.</param>
/// <param name="Amount">1 to 10^15.</param>
public sealed record Grant(AccountId Account, string Key, string Pool, long Amount)
{
    /// <summary>From when on the credits can be spent; <see langword="null"/> for now.</summary>
    public DateTimeOffset? EffectiveAt { get; init; }

    /// <summary>From when on they cannot be spent any more, later than <see cref="EffectiveAt"/>; <see langword="null"/> for never.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>What was paid for the lot, in minor units of <see cref="Currency"/>, 0 to 10^15; <see langword="null"/> for nothing to recognise.</summary>
    public long? CostMinor { get; init; }

    /// <summary>The lower-case ISO 4217 code of <see cref="CostMinor"/>, such as <c>usd</c>. Both or neither.</summary>
    public string? Currency { get; init; }

    /// <summary>What the grant stems from, such as an invoice's id; <c>ICreditLedgerAudit.ReconcileAsync</c> compares by it. Up to 200 characters.</summary>
    public string? Reference { get; init; }

    /// <summary>For people who read the history. Up to 500 characters.</summary>
    public string? Reason { get; init; }
}
