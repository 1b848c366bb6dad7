namespace Patterns.AuditLog;

/// <summary>Where a seal stands among those of its run, and its audit path to the run's root.</summary>
internal sealed record RunPath(int Index, IReadOnlyList<byte[]> Siblings);
