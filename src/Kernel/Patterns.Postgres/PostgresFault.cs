namespace Patterns.Postgres;

/// <summary>What kind of fault an exception is. SQLSTATE codes: PostgreSQL documentation, appendix A.</summary>
public enum PostgresFault
{
    /// <summary>None of the below.</summary>
    Other,

    /// <summary>40001: the transaction lost against a concurrent one; run it again.</summary>
    Serialization,

    /// <summary>40P01: the transaction was ended to resolve a deadlock; run it again.</summary>
    Deadlock,

    /// <summary>55P03: a lock was not to be had in time.</summary>
    LockTimeout,

    /// <summary>57014: the statement ran too long or was cancelled; or the driver stopped waiting for it.</summary>
    StatementTimeout,

    /// <summary>23505 or 23P01: the row exists.</summary>
    Unique,

    /// <summary>23503: the referenced row is missing, or is still referenced.</summary>
    ForeignKey,

    /// <summary>23514: a check constraint refused the row.</summary>
    Check,

    /// <summary>23502: a value is missing.</summary>
    NotNull,

    /// <summary>23514 from tuple routing: the partitioned table has no partition for the row.</summary>
    NoPartition,

    /// <summary>Classes 21 and 22: a value that the statement cannot take.</summary>
    Data,

    /// <summary>25006: the server is a standby.</summary>
    ReadOnly,

    /// <summary>No connection could be had: refused, starting up, shutting down, or the pool is exhausted. Nothing was sent.</summary>
    Unavailable,

    /// <summary>A connection that was in use broke.</summary>
    ConnectionLost,

    /// <summary>Classes 53 and 54: memory, disk, connections, or a limit of the server.</summary>
    OutOfResources,

    /// <summary>42501 or class 28: the role may not do this.</summary>
    Permission,

    /// <summary>42P01 or 3F000: a table or schema is missing.</summary>
    SchemaMissing,

    /// <summary>42P05, 26000 or 08P01: prepared statements met a transaction pooler. Set <see cref="PostgresOptions.Prepare"/> to <see cref="PrepareMode.Never"/>.</summary>
    Pooler,
}
