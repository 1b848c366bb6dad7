namespace Patterns.AuditLog;

/// <summary>Whether a call recorded its entry.</summary>
public enum AppendOutcome
{
    /// <summary>It did; with a transaction of the caller's, once that commits.</summary>
    Recorded,

    /// <summary>An entry with this id, time and class was there already; nothing was written.</summary>
    AlreadyRecorded,
}
