using Microsoft.Extensions.Options;
using Npgsql;
using Patterns.Postgres;

namespace Patterns.AuditLog;

/// <summary>
/// Whether the schema function that everything of the log asks for the tenant says NULL outside of any scope, where most appends are made, and reads the setting that the options name. Where the two
/// settings differ, each reader would see nothing or somebody else's log.
/// </summary>
internal sealed class TenantScopeCheck(IPostgres postgres, IOptions<AuditLogOptions> options)
{
    // Where the server raises an error that a function asks for; a missing right has the same SQLSTATE and comes from elsewhere.
    private const string RaiseRoutine = "exec_stmt_raise";

    // A function that reads no setting by itself (it asks that of Patterns.RlsSession, say) is the application's own affair.
    private const string OtherSetting = "SELECT p.prosrc LIKE '%current_setting(%' AND strpos(p.prosrc, quote_literal($2)) = 0 FROM pg_proc p WHERE p.oid = to_regprocedure($1)";

    private readonly string _function = $"{postgres.Schema}.audit_log_tenant()";

    /// <exception cref="InvalidOperationException">It does not; the message has the repair.</exception>
    public async Task DemandAsync(CancellationToken ct)
    {
        await DemandNullAsync(ct).ConfigureAwait(false);
        // Who applies scopes himself names no setting.
        if (options.Value.ApplyScope is null)
            await DemandSettingAsync(options.Value.TenantSetting, ct).ConfigureAwait(false);
    }

    private async Task DemandNullAsync(CancellationToken ct)
    {
        var command = postgres.DataSource.CreateCommand("SELECT " + _function);
        await using var _ = command.ConfigureAwait(false);
        try
        {
            await command.ExecuteNonQueryAsync(ct).ConfigureAwait(false);
        }
        catch (PostgresException e) when (e.Routine == RaiseRoutine)
        {
            throw new InvalidOperationException(
                $"{_function} raises outside of any scope ({e.MessageText}), so that entries could be appended inside of scopes only. As an administrator, let it ask where a tenant is set, and say NULL elsewhere: "
                + $"CREATE OR REPLACE FUNCTION {_function} RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS $$ SELECT CASE WHEN pg_catalog.current_setting('{options.Value.TenantSetting}', true) <> '' THEN {postgres.Schema}.tenant_id() END $$;",
                e);
        }
        catch (PostgresException e) when (e.SqlState == "42501")
        {
            // This login may not ask; whoever calls the function for it may.
        }
    }

    private async Task DemandSettingAsync(string setting, CancellationToken ct)
    {
        var command = postgres.DataSource.CreateCommand(OtherSetting);
        await using var _ = command.ConfigureAwait(false);
        foreach (var value in (string[])[_function, setting])
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = value });
        if (await command.ExecuteScalarAsync(ct).ConfigureAwait(false) is not true)
            return;

        throw new InvalidOperationException(
            $"AuditLogOptions.TenantSetting is '{setting}', but {_function} reads another setting. Name the one that it reads, or as an administrator: "
            + $"CREATE OR REPLACE FUNCTION {_function} RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS $$ SELECT NULLIF(pg_catalog.current_setting('{setting}', true), '') $$;");
    }
}
