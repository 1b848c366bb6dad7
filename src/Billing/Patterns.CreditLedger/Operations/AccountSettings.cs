namespace Patterns.CreditLedger;

/// <summary>What an account may do. What is <see langword="null"/> stays as it is.</summary>
/// <param name="OverdraftLimit">How much the account may owe by spending, 0 to 10^15. A new account has 0.</param>
/// <param name="LowWatermark">Below how many available credits a spend or a hold says so, 1 to 10^15, or 0 for never. A new account has none.</param>
public sealed record AccountSettings(long? OverdraftLimit = null, long? LowWatermark = null);
