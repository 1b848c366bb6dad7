namespace Patterns.AuditLog;

/// <summary>What became of an entry.</summary>
/// <param name="Id">The entry's id.</param>
/// <param name="Outcome">Whether this call recorded it.</param>
public readonly record struct AppendResult(Guid Id, AppendOutcome Outcome);
