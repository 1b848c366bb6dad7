namespace Patterns.AuditLog;

/// <summary>What to verify. Without limits it is the whole log of all tenants.</summary>
/// <param name="Verifier">Who verifies, for the entry that says so.</param>
public sealed record VerifyRequest(AuditActor Verifier)
{
    /// <summary>Only this tenant's seals and entries; the runs are verified all the same.</summary>
    public string? TenantId { get; init; }

    /// <summary>Only what was sealed at this moment or later. The first run and each tenant's first seal are then taken at their word for what came before.</summary>
    public DateTimeOffset? SealedFrom { get; init; }

    /// <summary>Only what was sealed before this moment. The end of the log is then not looked at: what waits for its seal, and the anchors' heads beyond it.</summary>
    public DateTimeOffset? SealedTo { get; init; }

    /// <summary>How many findings are listed, 1 to 100,000; what is over is counted only.</summary>
    public int MaxFindings { get; init; } = 1_000;
}
