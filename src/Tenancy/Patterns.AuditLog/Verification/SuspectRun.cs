namespace Patterns.AuditLog;

/// <summary>A run whose seals do not lead to the root that was signed, until the seal is found that was changed or is gone.</summary>
internal sealed class SuspectRun(long signed, long found)
{
    public long Signed => signed;

    public long Found => found;

    /// <summary>How many of its seals were reported as gone.</summary>
    public long Named { get; set; }

    /// <summary>A seal of it was reported as changed.</summary>
    public bool Changed { get; set; }

    public bool Explained => Changed || (found < signed && Named == signed - found);
}
