namespace Patterns.AuditLog;

/// <summary>One line of an evidence file: exactly one of these.</summary>
internal sealed record EvidenceLine
{
    /// <summary>The first line.</summary>
    public EvidenceBegin? Begin { get; init; }

    /// <summary>Where a tenant's chain ends.</summary>
    public EvidenceTenant? Tenant { get; init; }

    /// <summary>The record of a dropped month, ahead of its run.</summary>
    public RunHead? Drop { get; init; }

    public StoredRun? Run { get; init; }

    /// <summary>A seal of the run before it.</summary>
    public StoredSeal? Seal { get; init; }

    /// <summary>Which entries a seal covers; they follow, one a line, in this order.</summary>
    public EvidenceList? List { get; init; }

    /// <summary>There are no more lists of the seals before it: those that had none have none.</summary>
    public bool? Complete { get; init; }

    public StoredEntry? Entry { get; init; }

    /// <summary>An entry that others name as their redaction, and that no seal covers yet.</summary>
    public EvidenceRedaction? Redaction { get; init; }

    /// <summary>The last line: how many there are before it.</summary>
    public EvidenceEnd? End { get; init; }
}
