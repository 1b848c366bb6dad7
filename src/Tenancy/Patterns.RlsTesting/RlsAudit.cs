using Npgsql;

namespace Patterns.RlsTesting;

/// <summary>
/// Proves on a real schema that no tenant reaches another's rows. Every method works in transactions that are rolled back: the database is left as it was, also when the process is killed.
/// Thread-safe; each call takes a connection of its own.
/// </summary>
public sealed class RlsAudit
{
    private readonly AuditPlan _plan;

    internal RlsAudit(AuditPlan plan) => _plan = plan;

    /// <summary>Begins an audit.</summary>
    /// <param name="admin">Connections of whoever may insert into every table and take on the application's roles, such as the tables' owner. The probes themselves never run as this role.</param>
    public static RlsAuditBuilder For(NpgsqlDataSource admin)
    {
        ArgumentNullException.ThrowIfNull(admin);
        return new(admin);
    }
}
