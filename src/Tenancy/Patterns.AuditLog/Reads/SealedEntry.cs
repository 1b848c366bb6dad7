namespace Patterns.AuditLog;

/// <summary>An entry with its place in the sealed log.</summary>
/// <param name="Entry">The entry.</param>
/// <param name="RedactedBy">The entry that says who emptied its personal data and why.</param>
/// <param name="SequenceNumber">Its number within its tenant, from 1 without gaps.</param>
/// <param name="SealNo">The number of the tenant's seal.</param>
/// <param name="RunNo">The run.</param>
/// <param name="SealedAt">When it was sealed, by the database's clock.</param>
/// <param name="Next">The place after it: keep it once the entry is handled, and read on from there.</param>
public sealed record SealedEntry(AuditEntry Entry, Guid? RedactedBy, long SequenceNumber, long SealNo, long RunNo, DateTimeOffset SealedAt, SealCursor Next);
