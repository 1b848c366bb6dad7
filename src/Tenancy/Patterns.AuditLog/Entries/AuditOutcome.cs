namespace Patterns.AuditLog;

/// <summary>How an action ended.</summary>
public enum AuditOutcome
{
    /// <summary>It was done.</summary>
    Success,

    /// <summary>It was tried and failed.</summary>
    Failure,

    /// <summary>It was not allowed.</summary>
    Denied,
}
