using Npgsql;
using Patterns.Postgres;
using Patterns.RlsSession;

namespace SaasApp;

/// <summary>
/// Protects the tables that hold rows of tenants, and the audit log, as their owner and once. Not a schema script: the policies ask functions that Patterns.RlsSession installs after the scripts have run.
/// In production, print the same text into a migration.
/// </summary>
internal sealed class TableProtection(IConfiguration configuration, IPostgres postgres) : IHostedLifecycleService
{
    // <shown>
    private static readonly string[] Tables = ["app.documents"];

    // The audit log asks for the seal too, wherever a tenant is set: what somebody injects reads no other tenant's log.
    private const string AuditLogAsksForTheSeal =
        """
        CREATE OR REPLACE FUNCTION patterns.audit_log_tenant() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
            AS $$ SELECT CASE WHEN pg_catalog.current_setting('app.tenant_id', true) <> '' THEN patterns.tenant_id() END $$;
        GRANT EXECUTE ON FUNCTION patterns.tenant_id() TO patterns_audit_owner, patterns_audit_reader;
        """;

    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        if (configuration.GetConnectionString(DatabaseLogin.Owner) is not { Length: > 0 } owner || await IsProtectedAsync(cancellationToken))
            return;

        await using var source = NpgsqlDataSource.Create(owner);
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        // Instances that start together take turns; the text may be run again.
        await ExecuteAsync(connection, "SELECT pg_advisory_xact_lock(hashtextextended('saas_app.protect', 0))", cancellationToken);
        foreach (var table in Tables)
            await ExecuteAsync(connection, RlsSql.Protect(table), cancellationToken);
        await ExecuteAsync(connection, AuditLogAsksForTheSeal, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }
    // </shown>

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task<bool> IsProtectedAsync(CancellationToken ct)
    {
        await using var ask = postgres.DataSource.CreateCommand(
            """
            SELECT (SELECT count(*) FROM pg_policy WHERE polname = 'rls_tenant' AND polrelid = ANY ($1::text[]::regclass[])) = cardinality($1::text[])
                AND (SELECT prosrc LIKE '%patterns.tenant_id()%' FROM pg_proc WHERE oid = 'patterns.audit_log_tenant()'::regprocedure)
            """);
        ask.Parameters.Add(new() { Value = Tables });
        return (bool)(await ask.ExecuteScalarAsync(ct))!;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string statement, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(statement, connection);
        await command.ExecuteNonQueryAsync(ct);
    }
}
