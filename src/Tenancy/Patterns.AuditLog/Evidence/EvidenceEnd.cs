namespace Patterns.AuditLog;

/// <summary>The end of an evidence file.</summary>
internal sealed record EvidenceEnd(long Lines);
