namespace Patterns.CreditLedger;

/// <summary>What a release or an extension found.</summary>
public enum HoldEnd
{
    /// <summary>It was done.</summary>
    Done,

    /// <summary>The account has no such hold.</summary>
    NotFound,

    /// <summary>The hold was settled before.</summary>
    AlreadySettled,

    /// <summary>The hold was released before.</summary>
    AlreadyReleased,

    /// <summary>The hold expired before.</summary>
    HoldExpired,
}
