namespace Patterns.CreditLedger;

/// <summary>What an operation did to one lot.</summary>
/// <param name="Lot">The lot.</param>
/// <param name="Pool">Its pool.</param>
/// <param name="Amount">The credits, 1 or more.</param>
public readonly record struct CreditLine(Guid Lot, string Pool, long Amount);
