namespace Patterns.CreditLedger;

/// <summary>What became of an operation, as Schema/0003_operations.sql numbers it.</summary>
internal enum LedgerStatus : short
{
    Busy = 0,
    Applied = 1,
    Replayed = 2,
    Conflict = 3,
    Insufficient = 4,
    InDebt = 5,
    OutOfRange = 6,
    NotFound = 7,
    AlreadySettled = 8,
    AlreadyReleased = 9,
    HoldExpired = 10,
    Exceeds = 11,
    InProgress = 12,
    Twin = 13,
}
