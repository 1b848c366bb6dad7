namespace Patterns.AuditLog;

/// <summary>A committed entry that no seal covers, and where its tenant's chain stands.</summary>
internal sealed record PendingEntry(string Place, string TenantId, DateTimeOffset OccurredAt, Guid Id, string RetentionClass, byte[] Leaf, long SealNo, long NextSeq, byte[] HeadHash)
{
    public DateTimeOffset Month { get; } = LogPartitions.MonthOf(OccurredAt);
}
