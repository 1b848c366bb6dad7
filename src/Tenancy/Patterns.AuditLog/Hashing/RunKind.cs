namespace Patterns.AuditLog;

/// <summary>What a run of the sealer was for.</summary>
public enum RunKind
{
    /// <summary>It sealed entries.</summary>
    Seals,

    /// <summary>Nothing had happened for an hour; it says that the log is alive.</summary>
    Heartbeat,

    /// <summary>The chain goes on openly after a break, such as a database restored from an older backup; the note gives the reason.</summary>
    Epoch,

    /// <summary>Partitions that are past their retention are about to be dropped; the note names them.</summary>
    Drop,
}
