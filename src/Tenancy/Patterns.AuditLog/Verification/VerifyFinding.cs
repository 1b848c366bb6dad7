namespace Patterns.AuditLog;

/// <summary>One thing that verification found, with the place as far as there is one.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Detail">One sentence for the person who looks into it; it holds no content of entries.</param>
public sealed record VerifyFinding(FindingKind Kind, string Detail)
{
    /// <summary>The tenant; null where only the run is known.</summary>
    public string? TenantId { get; init; }

    /// <summary>The run, where one is concerned.</summary>
    public long? RunNo { get; init; }

    /// <summary>The number of the tenant's seal; the first of several.</summary>
    public long? SealNo { get; init; }

    /// <summary>The entry's number within its tenant, from 1 without gaps; the first of several.</summary>
    public long? SequenceNumber { get; init; }

    /// <summary>The entry.</summary>
    public Guid? EntryId { get; init; }

    /// <summary>How many entries, or runs, it is about; 1 unless the detail says more.</summary>
    public long Count { get; init; } = 1;

    /// <summary>False for what is in order: <see cref="FindingKind.Expired"/> and <see cref="FindingKind.Redacted"/>.</summary>
    public bool IsFault => Kind is not (FindingKind.Expired or FindingKind.Redacted);
}
