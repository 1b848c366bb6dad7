namespace Patterns.AuditLog;

/// <summary>What an evidence file holds.</summary>
/// <param name="Format">1.</param>
/// <param name="TenantId">The one tenant that it is about, whose runs alone are in it; null for the whole log.</param>
/// <param name="Runs">The number of the last run.</param>
internal sealed record EvidenceBegin(int Format, string? TenantId, long Runs);
