namespace Patterns.AuditLog;

/// <summary>An entry as the log has it.</summary>
/// <param name="Entry">The entry, with its time.</param>
/// <param name="RedactedBy">The entry that says who emptied its personal data and why; null where nobody did.</param>
public sealed record AuditRecord(AuditEntry Entry, Guid? RedactedBy);
