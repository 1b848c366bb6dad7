namespace Patterns.CreditLedger;

/// <summary>What the work that credits were held for did cost.</summary>
/// <param name="Account">The account.</param>
/// <param name="HoldKey">The hold's key.</param>
/// <param name="Actual">The credits to be spent: 0 to 10^15, and 1 or more when this is not final.</param>
/// <param name="Final">Whether the hold ends with this and gives the rest back. Default: yes.</param>
/// <param name="Key">Names this settlement among all spends, 1 to 200 characters, and serves to refund it; <see langword="null"/> for the hold's key. One that is not final must have its own.</param>
/// <param name="Overage">What happens when <paramref name="Actual"/> is more than is held. Default: reject.</param>
/// <param name="Reason">For people who read the history. Up to 500 characters.</param>
/// <param name="Reference">What it was spent on, up to 200 characters.</param>
public sealed record Settle(
    AccountId Account, string HoldKey, long Actual, bool Final = true, string? Key = null, SettleOverage Overage = SettleOverage.Reject, string? Reason = null, string? Reference = null);
