namespace Patterns.AuditLog;

/// <summary>What a call of <see cref="IAuditIntegrity.SealNowAsync"/> did.</summary>
/// <param name="Entries">How many entries were sealed.</param>
/// <param name="Seals">In how many seals.</param>
/// <param name="Head">The newest run head, which covers everything that was committed before the call; null while there is none.</param>
public sealed record SealResult(int Entries, int Seals, RunHead? Head);
