namespace Patterns.AuditLog;

/// <summary>An unsealed entry that tells of redactions.</summary>
internal sealed record EvidenceRedaction(string TenantId, Guid Id);
