namespace Patterns.AuditLog;

/// <summary>A seal with the entries that it covers, in the order of their sequence numbers.</summary>
internal sealed record SealGroup(SealRecord Seal, byte[] Hash, byte[] Leaves, IReadOnlyList<PendingEntry> Entries);
