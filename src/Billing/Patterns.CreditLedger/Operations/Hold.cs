namespace Patterns.CreditLedger;

/// <summary>Credits to be set aside for work whose cost is not known yet.</summary>
/// <param name="Account">The account.</param>
/// <param name="Key">Names the hold, 1 to 200 characters.</param>
/// <param name="Amount">1 to 10^15.</param>
/// <param name="TimeToLive">When it gives its credits back by itself, 1 s to 30 days from now; <see langword="null"/> for 15 minutes.</param>
/// <param name="Reason">For people who read the history. Up to 500 characters.</param>
/// <param name="Reference">What it is for, up to 200 characters.</param>
public sealed record Hold(AccountId Account, string Key, long Amount, TimeSpan? TimeToLive = null, string? Reason = null, string? Reference = null);
