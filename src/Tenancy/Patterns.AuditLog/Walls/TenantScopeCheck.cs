using Microsoft.Extensions.Options;
using Npgsql;
using Patterns.Postgres;

namespace Patterns.AuditLog;

/// <summary>Whether the schema function that every policy of the log asks for the tenant reads the setting that the options name. Where the two differ, each reader would see nothing or somebody else's log.</summary>
internal sealed class TenantScopeCheck(IPostgres postgres, IOptions<AuditLogOptions> options)
{
    private const string Probe = "a tenant's id, to see whether it is read";

    /// <exception cref="InvalidOperationException">It reads something else; the message has the repair.</exception>
    public async Task DemandAsync(CancellationToken ct)
    {
        var setting = options.Value.TenantSetting;
        var function = $"{postgres.Schema}.audit_log_tenant()";

        // A batch without BEGIN is one transaction to PostgreSQL: the setting ends with it.
        var batch = postgres.DataSource.CreateBatch();
        await using var _ = batch.ConfigureAwait(false);
        var set = new NpgsqlBatchCommand("SELECT set_config($1, $2, true)");
        foreach (var value in (string[])[setting, Probe])
            set.Parameters.Add(new NpgsqlParameter<string> { TypedValue = value });
        batch.BatchCommands.Add(set);
        batch.BatchCommands.Add(new($"SELECT {function}"));
        var reader = await batch.ExecuteReaderAsync(ct).ConfigureAwait(false);
        await using var __ = reader.ConfigureAwait(false);
        await reader.NextResultAsync(ct).ConfigureAwait(false);
        await reader.ReadAsync(ct).ConfigureAwait(false);
        if (!reader.IsDBNull(0) && reader.GetString(0) == Probe)
            return;

        throw new InvalidOperationException(
            $"AuditLogOptions.TenantSetting is '{setting}', but {function} reads the tenant from somewhere else. Name the setting that it reads, or as an administrator: "
            + $"CREATE OR REPLACE FUNCTION {function} RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS $$ SELECT NULLIF(pg_catalog.current_setting('{setting}', true), '') $$;");
    }
}
