namespace Patterns.CreditLedger;

/// <summary>What became of a grant.</summary>
public enum GrantOutcome
{
    /// <summary>The lot was made.</summary>
    Granted,

    /// <summary>The key was used before with the same content: the first lot stands, and nothing was changed.</summary>
    Replayed,

    /// <summary>The key was used before with another content: nothing was changed.</summary>
    Conflict,
}
