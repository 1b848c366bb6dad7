namespace Patterns.CreditLedger;

/// <summary>What became of a spend.</summary>
public enum SpendOutcome
{
    /// <summary>It was spent.</summary>
    Spent,

    /// <summary>It had been spent with this key and content before: the result is the first one's, and nothing was changed.</summary>
    Replayed,

    /// <summary>The key was used before with another content: nothing was changed.</summary>
    Conflict,

    /// <summary>There is too little: nothing was changed and the key is free, so that the same call may succeed after a top-up.</summary>
    Insufficient,

    /// <summary>The account owes more than its overdraft limit: nothing was changed. See <see cref="CreditLedgerOptions.RefuseInDebt"/>.</summary>
    InDebt,
}
