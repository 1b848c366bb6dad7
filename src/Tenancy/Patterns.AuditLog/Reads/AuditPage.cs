namespace Patterns.AuditLog;

/// <summary>A page of entries.</summary>
/// <param name="Entries">The entries, newest first.</param>
/// <param name="Next">The cursor of the next page; null after the last.</param>
public sealed record AuditPage(IReadOnlyList<AuditRecord> Entries, string? Next);
