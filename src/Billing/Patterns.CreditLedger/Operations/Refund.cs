namespace Patterns.CreditLedger;

/// <summary>Credits of a spend that go back to the lots that they came from, the last drained first.</summary>
/// <param name="Account">The account.</param>
/// <param name="SpendKey">The key of the spend or the settlement.</param>
/// <param name="Key">Names this refund, 1 to 200 characters.</param>
/// <param name="Amount">1 to 10^15; <see langword="null"/> for all that is left of it.</param>
/// <param name="Expired">What happens to credits whose lot has expired. Default: a new lot.</param>
/// <param name="Reason">For people who read the history. Up to 500 characters.</param>
public sealed record Refund(AccountId Account, string SpendKey, string Key, long? Amount = null, ExpiredRefund Expired = ExpiredRefund.NewLot, string? Reason = null);
