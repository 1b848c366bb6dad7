namespace Patterns.CreditLedger;

/// <summary>What the credits of a pool are to the books of the company, and how early they are spent.</summary>
public enum PoolKind
{
    /// <summary>Given away with the plan: priority 10 by default.</summary>
    Free,

    /// <summary>Given to win or keep a customer, an expense when consumed: priority 20 by default.</summary>
    Promotional,

    /// <summary>Sold, so revenue when consumed and breakage when expired: priority 50 by default.</summary>
    Paid,
}
