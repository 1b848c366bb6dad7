namespace Patterns.CreditLedger;

/// <summary>Whether a caller may start an automatic top-up.</summary>
public enum ReloadOutcome
{
    /// <summary>This caller, and no other, starts it.</summary>
    Started,

    /// <summary>Somebody has started one that has not ended.</summary>
    InProgress,

    /// <summary>There is a grant with that key already.</summary>
    AlreadyGranted,
}
