namespace Patterns.AuditLog;

/// <summary>How far a tenant's chain of seals was followed.</summary>
internal sealed class TenantChain
{
    public long SealNo { get; set; }

    public long NextSeq { get; set; } = 1;

    public byte[] Hash { get; set; } = AuditHash.Nothing;

    /// <summary>The seal was found changed, so that its successor cannot be held against it.</summary>
    public bool Accused { get; set; }

    /// <summary>The run whose root the seal's run did not lead to; 0 for none.</summary>
    public long SuspectRun { get; set; }

    /// <summary>What the tenant's head says was compared with it.</summary>
    public bool HasHead { get; set; }

    /// <summary>Nothing before the first seal was looked at.</summary>
    public bool TakenAtItsWord { get; set; }
}
