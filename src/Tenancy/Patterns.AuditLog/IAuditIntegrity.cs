namespace Patterns.AuditLog;

/// <summary>Seals, proves, redacts, holds and verifies. Thread-safe.</summary>
public interface IAuditIntegrity
{
}
