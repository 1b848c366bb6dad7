namespace Patterns.CreditLedger;

/// <summary>Credits that are taken back since their money went back: a refunded payment, a lost dispute.</summary>
/// <param name="Account">The account.</param>
/// <param name="GrantKey">The key of the grant.</param>
/// <param name="Key">Names this revocation, 1 to 200 characters.</param>
/// <param name="Amount">1 to 10^15; <see langword="null"/> for all of the grant that was not asked back yet.</param>
/// <param name="Rule">What becomes of what cannot be taken. Default: it is reported.</param>
/// <param name="Reason">For people who read the history. Up to 500 characters.</param>
public sealed record Revoke(AccountId Account, string GrantKey, string Key, long? Amount = null, ClawbackRule Rule = ClawbackRule.ReportOnly, string? Reason = null);
