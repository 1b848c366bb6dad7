namespace Patterns.CreditLedger;

/// <summary>What happens to refunded credits whose lot has expired.</summary>
public enum ExpiredRefund
{
    /// <summary>They become a new lot of the same pool, which carries their share of the cost and expires after <see cref="CreditLedgerOptions.RefundGrace"/>.</summary>
    NewLot,

    /// <summary>They are forfeited.</summary>
    Forfeit,
}
