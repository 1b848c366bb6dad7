namespace Patterns.AuditLog;

/// <summary>The last seal of a tenant.</summary>
internal sealed record EvidenceTenant(string TenantId, long SealNo, long NextSeq, byte[] Hash);
