namespace Patterns.AuditLog;

/// <summary>What became of an entry since it was sealed, before its leaf is compared.</summary>
internal enum SeenState
{
    /// <summary>There is none.</summary>
    Absent,

    /// <summary>It can be read.</summary>
    Readable,

    /// <summary>A salt, document or commitment is there without what belongs to it.</summary>
    Inconsistent,

    /// <summary>Its line cannot be read, or is not written as the log writes it.</summary>
    Unreadable,

    /// <summary>It stands at another's place.</summary>
    Displaced,

    /// <summary>Retention has dropped it.</summary>
    Expired,
}
