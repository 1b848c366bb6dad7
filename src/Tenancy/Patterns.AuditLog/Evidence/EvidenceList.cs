namespace Patterns.AuditLog;

/// <summary>The list of a seal's entries.</summary>
internal sealed record EvidenceList(string TenantId, long SealNo, SealedList Entries);
