namespace Patterns.CreditLedger;

/// <summary>What happened to credits, as bookkeeping sees it.</summary>
public enum LedgerMovement
{
    /// <summary>Granted: of a <see cref="PoolKind.Paid"/> pool, money received for something that is still to be delivered.</summary>
    Granted = 1,

    /// <summary>Spent, or taken to repay debt: of a <see cref="PoolKind.Paid"/> pool, revenue; of a <see cref="PoolKind.Promotional"/> one, an expense.</summary>
    Consumed = 2,

    /// <summary>Expired or forfeited: of a <see cref="PoolKind.Paid"/> pool, breakage.</summary>
    Expired = 3,

    /// <summary>Given back to the lot that it was spent from, and so taken out of what was recognised before.</summary>
    Refunded = 4,

    /// <summary>Taken back, since the money for it went back.</summary>
    Revoked = 5,

    /// <summary>Left an expired lot for its successor. What it recognises is a difference of rounding.</summary>
    Moved = 6,

    /// <summary>Became owed.</summary>
    DebtMade = 7,

    /// <summary>Was owed and was repaid by a grant; the same credits are <see cref="Consumed"/> in the grant's pool.</summary>
    DebtRepaid = 8,

    /// <summary>Was owed and is not owed any more, since its spend was refunded.</summary>
    DebtCleared = 9,
}
