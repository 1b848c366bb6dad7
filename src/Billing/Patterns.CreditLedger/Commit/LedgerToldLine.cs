namespace Patterns.CreditLedger;

/// <summary>One entry of an operation.</summary>
internal sealed record LedgerToldLine(EntryKind Kind, Guid? Lot, string? Pool, long Amount);
