namespace Patterns.CreditLedger;

/// <summary>What became of a hold.</summary>
public enum HoldOutcome
{
    /// <summary>The credits are held.</summary>
    Held,

    /// <summary>They were held with this key and content before: nothing was changed. The hold may have ended since.</summary>
    Replayed,

    /// <summary>The key was used before with another content: nothing was changed.</summary>
    Conflict,

    /// <summary>There is too little: nothing was changed and the key is free.</summary>
    Insufficient,

    /// <summary>The account owes more than its overdraft limit: nothing was changed.</summary>
    InDebt,
}
