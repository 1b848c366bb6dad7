namespace Patterns.CreditLedger;

/// <summary>Whose credits, and of which sort. Accounts need not be made: the first grant does it.</summary>
/// <param name="Tenant">The tenant, 1 to 200 characters.</param>
/// <param name="Asset">The sort of credits, 1 to 200 characters. Credits of one asset never pay for another.</param>
public readonly record struct AccountId(string Tenant, string Asset = "credit");
