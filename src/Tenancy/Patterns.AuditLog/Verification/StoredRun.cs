namespace Patterns.AuditLog;

/// <summary>A run as its row has it.</summary>
internal sealed record StoredRun(RunHead Head, byte[] Hash);
