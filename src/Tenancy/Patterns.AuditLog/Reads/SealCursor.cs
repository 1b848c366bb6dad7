namespace Patterns.AuditLog;

/// <summary>A place in the stream of sealed entries. <see langword="default"/> is its begin; otherwise it is what <see cref="SealedEntry.Next"/> gave.</summary>
/// <param name="RunNo">The run of the last entry that was read.</param>
/// <param name="Entries">How many of the run's entries are behind.</param>
public readonly record struct SealCursor(long RunNo, int Entries);
