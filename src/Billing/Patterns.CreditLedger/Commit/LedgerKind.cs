namespace Patterns.CreditLedger;

/// <summary>The kinds of operations, as Schema/0004_apply.sql numbers them.</summary>
internal enum LedgerKind : short
{
    Spend = 1,
    SpendUpTo = 2,
    Grant = 3,
    Hold = 4,
    Settle = 5,
    Release = 6,
    Extend = 7,
    Refund = 8,
    Revoke = 9,
    Configure = 10,
    Reload = 11,
}
