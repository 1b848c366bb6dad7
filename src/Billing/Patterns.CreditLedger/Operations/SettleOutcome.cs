namespace Patterns.CreditLedger;

/// <summary>What became of a settlement.</summary>
public enum SettleOutcome
{
    /// <summary>It was spent.</summary>
    Settled,

    /// <summary>This settlement was made before: the result is the first one's, and nothing was changed.</summary>
    Replayed,

    /// <summary>The settlement's key was used before for another spend: nothing was changed.</summary>
    Conflict,

    /// <summary>The account has no such hold.</summary>
    NotFound,

    /// <summary>The hold ended with another settlement: nothing was changed.</summary>
    AlreadySettled,

    /// <summary>The hold was released: nothing was changed.</summary>
    AlreadyReleased,

    /// <summary>The hold expired and gave its credits back: nothing was changed.</summary>
    HoldExpired,

    /// <summary>More than is held, and <see cref="SettleOverage.Reject"/>: nothing was changed.</summary>
    OverHold,

    /// <summary>More than is held and available, and <see cref="SettleOverage.TakeAvailable"/>: nothing was changed.</summary>
    Insufficient,
}
