namespace Patterns.AuditLog;

/// <summary>What the note of a run of kind <see cref="RunKind.Drop"/> says, as JSON.</summary>
/// <param name="RetentionClass">The class.</param>
/// <param name="Month">The month, as <c>2026-01</c>.</param>
/// <param name="Partition">The partition of entries that goes.</param>
/// <param name="Entries">How many entries its seals cover.</param>
/// <param name="Seals">How many seals that are.</param>
/// <param name="Digest">SHA-256 over the roots of the runs with those seals, 32 bytes each, in the order of their numbers.</param>
internal sealed record DropRecord(string RetentionClass, string Month, string Partition, long Entries, long Seals, byte[] Digest);
