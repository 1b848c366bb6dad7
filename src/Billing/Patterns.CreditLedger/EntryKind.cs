namespace Patterns.CreditLedger;

/// <summary>What an entry of the ledger records. Each concerns one lot, unless it says that it concerns the debt.</summary>
public enum EntryKind : short
{
    /// <summary>A lot came into being.</summary>
    Grant = 1,

    /// <summary>Available credits were consumed; without a lot, the account owes them.</summary>
    Spend = 2,

    /// <summary>Available credits were set aside for a hold.</summary>
    Hold = 3,

    /// <summary>Held credits were consumed.</summary>
    Settle = 4,

    /// <summary>Held credits became available again, since their hold was settled or released.</summary>
    Release = 5,

    /// <summary>Available credits expired.</summary>
    Expire = 6,

    /// <summary>Consumed credits became available again; without a lot, the account owes less.</summary>
    Refund = 7,

    /// <summary>Available credits were taken back; without a lot, the account owes what could not be.</summary>
    Revoke = 8,

    /// <summary>Available credits were consumed to repay debt.</summary>
    Repay = 9,

    /// <summary>Refunded credits left a lot that has expired, for its successor.</summary>
    Move = 10,

    /// <summary>A lot came into being as the successor of one that has expired.</summary>
    Receive = 11,

    /// <summary>Held credits became available again, since their hold expired.</summary>
    Lapse = 12,

    /// <summary>Credits that had repaid a debt became available again, since the spend that made the debt was refunded.</summary>
    Restore = 13,
}
