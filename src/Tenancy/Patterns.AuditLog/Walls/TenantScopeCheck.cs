using Microsoft.Extensions.Options;
using Npgsql;
using Patterns.Postgres;

namespace Patterns.AuditLog;

/// <summary>Whether the schema function that every policy of the log asks for the tenant reads the setting that the options name. Where the two differ, each reader would see nothing or somebody else's log.</summary>
internal sealed class TenantScopeCheck(IPostgres postgres, IOptions<AuditLogOptions> options)
{
    // A function that reads no setting by itself (it asks that of Patterns.RlsSession, say) is the application's own affair.
    private const string Statement = "SELECT p.prosrc LIKE '%current_setting(%' AND strpos(p.prosrc, quote_literal($2)) = 0 FROM pg_proc p WHERE p.oid = to_regprocedure($1)";

    /// <exception cref="InvalidOperationException">It reads another one; the message has the repair.</exception>
    public async Task DemandAsync(CancellationToken ct)
    {
        var setting = options.Value.TenantSetting;
        var function = $"{postgres.Schema}.audit_log_tenant()";
        var command = postgres.DataSource.CreateCommand(Statement);
        await using var _ = command.ConfigureAwait(false);
        foreach (var value in (string[])[function, setting])
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = value });
        if (await command.ExecuteScalarAsync(ct).ConfigureAwait(false) is not true)
            return;

        throw new InvalidOperationException(
            $"AuditLogOptions.TenantSetting is '{setting}', but {function} reads another setting. Name the one that it reads, or as an administrator: "
            + $"CREATE OR REPLACE FUNCTION {function} RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS $$ SELECT NULLIF(pg_catalog.current_setting('{setting}', true), '') $$;");
    }
}
