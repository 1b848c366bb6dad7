namespace Patterns.CreditLedger;

/// <summary>Credits to be spent, from the lots in their drain order.</summary>
/// <param name="Account">The account.</param>
/// <param name="Key">Names this spend, 1 to 200 characters: the same key with the same content spends once, for <see cref="CreditLedgerOptions.KeyRetention"/>.</param>
/// <param name="Amount">1 to 10^15.</param>
/// <param name="Reason">For people who read the history. Up to 500 characters.</param>
/// <param name="Reference">What it was spent on, up to 200 characters.</param>
public sealed record Spend(AccountId Account, string Key, long Amount, string? Reason = null, string? Reference = null);
