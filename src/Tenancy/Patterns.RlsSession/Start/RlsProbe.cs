using Npgsql;
using Patterns.Postgres;

namespace Patterns.RlsSession;

/// <summary>Asks for the tenant once without a scope, which must be refused, and once with one, which must be answered.</summary>
internal sealed class RlsProbe(NpgsqlConnection connection, ScopeStatement scopes, IPostgres postgres, RlsOptions options, string[] roles)
{
    private const string Tenant = "patterns-probe";

    // Where the server raises an error that a function asks for; a missing right has the same SQLSTATE and comes from elsewhere.
    private const string RaiseRoutine = "exec_stmt_raise";

    public async Task RunAsync(List<RlsFinding> findings, CancellationToken ct)
    {
        var question = $"SELECT {postgres.Schema}.tenant_id()";
        string? unscoped;
        try
        {
            var batch = new NpgsqlBatch(connection);
            // Whoever may ask: the roles of scopes, or without them the login role.
            if (roles.Length > 0)
                batch.BatchCommands.Add(new("SELECT pg_catalog.set_config('role', $1, true)") { Parameters = { new NpgsqlParameter<string> { TypedValue = roles[0] } } });
            batch.BatchCommands.Add(new(question));
            unscoped = await AskAsync(batch, roles.Length > 0, ct).ConfigureAwait(false);
            if (options.RaiseWhenUnset || unscoped is not null)
                findings.Add(new(true, $"{postgres.Schema}.tenant_id() does not refuse a transaction without a scope.", "Run what RlsSql.InstallFunctions(options) prints, with these options."));
        }
        catch (PostgresException e) when (e is { SqlState: "42501", Routine: RaiseRoutine })
        {
            if (!options.RaiseWhenUnset)
                findings.Add(new(true, $"{postgres.Schema}.tenant_id() raises, although RlsOptions.RaiseWhenUnset is false.", "Run what RlsSql.InstallFunctions(options) prints, with these options."));
        }
        catch (PostgresException e) when (e.SqlState is "42883" or "42501" or "3F000")
        {
            findings.Add(Unasked(e));
            return;
        }

        try
        {
            var batch = new NpgsqlBatch(connection);
            var scope = options.Mode == RlsMode.SupabaseClaims || roles.Length == 0 ? new TenantScope(Tenant) : new TenantScope(Tenant, Role: roles[0]);
            batch.BatchCommands.Add(scopes.Command(scopes.Values(scope)));
            batch.BatchCommands.Add(new(question));
            if (await AskAsync(batch, scoped: true, ct).ConfigureAwait(false) != Tenant)
                findings.Add(new(true, $"{postgres.Schema}.tenant_id() does not give the tenant of the scope.", "Run what RlsSql.InstallFunctions(options) prints, with these options."));
        }
        catch (PostgresException e) when (e is { SqlState: "42501", Routine: RaiseRoutine })
        {
            findings.Add(new(true, $"The database does not accept the seals of this application: {e.MessageText}.", "Run what RlsSql.InstallKey prints for the first of RlsOptions.SealKeys, and compare the clocks."));
        }
        catch (PostgresException e) when (e.SqlState is "42883" or "42501" or "3F000")
        {
            findings.Add(Unasked(e));
        }
    }

    private static async Task<string?> AskAsync(NpgsqlBatch batch, bool scoped, CancellationToken ct) => await PostgresRlsSession.ReadAsync(
        batch,
        scoped,
        static async (reader, token) => await reader.ReadAsync(token).ConfigureAwait(false) && !await reader.IsDBNullAsync(0, token).ConfigureAwait(false) ? reader.GetString(0) : null,
        ct).ConfigureAwait(false);

    private RlsFinding Unasked(PostgresException e) =>
        new(true, $"{postgres.Schema}.tenant_id() cannot be called: {e.MessageText}.", $"Run what RlsSql.InstallFunctions(options) prints, and GRANT USAGE ON SCHEMA {postgres.Schema} TO the roles of scopes and the login role.");
}
