using System.Globalization;
using Microsoft.Extensions.Options;
using Npgsql;
using NpgsqlTypes;
using Patterns.Postgres;

namespace Patterns.RlsSession;

/// <summary>Asks the database whether policies hold for the login role of the scoped connections and for the roles of scopes.</summary>
internal sealed class RlsFacts(ScopedSource source, ScopeStatement scopes, IPostgres postgres, IOptions<RlsOptions> options, IOptions<PostgresOptions> database)
{
    private const string Roles =
        """
        SELECT r.rolname::text, r.rolsuper, r.rolbypassrls, r.rolname = session_user FROM pg_catalog.pg_roles r WHERE r.rolname = session_user OR r.rolname = ANY ($1)
        """;

    // Whoever has the rights of the owner counts as the owner.
    private const string Unforced =
        """
        SELECT c.oid::regclass::text, r.rolname::text
        FROM pg_catalog.pg_class c
        JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
        JOIN pg_catalog.pg_roles r ON (r.rolname = session_user OR r.rolname = ANY ($1)) AND NOT r.rolsuper AND pg_catalog.pg_has_role(r.oid, c.relowner, 'USAGE')
        WHERE c.relkind IN ('r', 'p') AND NOT c.relforcerowsecurity AND n.nspname NOT LIKE 'pg\_%' AND n.nspname <> 'information_schema'
            AND (c.relrowsecurity OR n.nspname <> $2 AND EXISTS (SELECT FROM pg_catalog.pg_attribute a WHERE a.attrelid = c.oid AND a.attname = $3 AND a.attnum > 0 AND NOT a.attisdropped))
        ORDER BY 1, 2
        """;

    private const string Defaults =
        """
        SELECT coalesce(r.rolname::text, ''), coalesce(d.datname::text, ''), lower(split_part(c.setting, '=', 1))
        FROM pg_catalog.pg_db_role_setting s
        LEFT JOIN pg_catalog.pg_roles r ON r.oid = s.setrole
        LEFT JOIN pg_catalog.pg_database d ON d.oid = s.setdatabase
        CROSS JOIN unnest(s.setconfig) c (setting)
        WHERE lower(split_part(c.setting, '=', 1)) = ANY ($1) AND (s.setdatabase = 0 OR d.datname = current_database()) AND (s.setrole = 0 OR r.rolname = session_user)
        """;

    private const string Granted =
        """
        SELECT c.oid::regclass::text
        FROM pg_catalog.pg_class c
        JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
        JOIN pg_catalog.pg_roles r ON r.rolname = session_user AND NOT r.rolsuper
        WHERE c.relkind IN ('r', 'p') AND n.nspname NOT LIKE 'pg\_%' AND n.nspname NOT IN ('information_schema', $1)
            AND EXISTS (SELECT FROM pg_catalog.pg_attribute a WHERE a.attrelid = c.oid AND a.attname = $2 AND a.attnum > 0 AND NOT a.attisdropped)
            AND pg_catalog.has_table_privilege(r.oid, c.oid, 'SELECT, INSERT, UPDATE, DELETE')
        ORDER BY 1 LIMIT 5
        """;

    private const string ReadsKeys =
        """
        SELECT r.rolname::text FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
        JOIN pg_catalog.pg_roles r ON r.rolname = session_user OR r.rolname = ANY ($1)
        WHERE n.nspname = $2 AND c.relname = 'rls_session_keys' AND NOT r.rolsuper AND pg_catalog.has_any_column_privilege(r.oid, c.oid, 'SELECT, INSERT, UPDATE, REFERENCES')
        """;

    private readonly RlsOptions _options = options.Value;
    private readonly string _schemaName = database.Value.Schema;
    private readonly string[] _roles = [.. RoleList.Of(options.Value)];

    public async Task<IReadOnlyList<RlsFinding>> FindAsync(CancellationToken ct)
    {
        var findings = new List<RlsFinding>();
        var connection = await source.Value.OpenConnectionAsync(ct).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            var login = await RolesAsync(connection, findings, ct).ConfigureAwait(false);
            await MembershipAsync(connection, login, findings, ct).ConfigureAwait(false);
            foreach (var row in await RowsAsync(connection, Unforced, ct, _roles, _schemaName, _options.TenantColumn).ConfigureAwait(false))
                findings.Add(new(true, $"Role {row[1]} has the rights of the owner of {row[0]}, whose policies do not hold for the owner.", $"Run: ALTER TABLE {row[0]} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY; or print RlsSql.Protect(\"{row[0]}\")."));
            foreach (var row in await RowsAsync(connection, Defaults, ct, (object)new[] { _options.SettingName, _options.UserSettingName, _options.SealSettingName }).ConfigureAwait(false))
            {
                // A default of neither a role nor a database is one of all roles.
                var target = $"ROLE {(row[0].Length > 0 ? SqlText.Identifier(row[0]) : "ALL")}{(row[1].Length > 0 ? " IN DATABASE " + SqlText.Identifier(row[1]) : "")}";
                findings.Add(new(true, $"{row[2]} has a default, so that a transaction without a scope has a tenant.", $"Run: ALTER {target} RESET {row[2]};"));
            }

            await GrantsAsync(connection, login, findings, ct).ConfigureAwait(false);
            if (_options.Sealing == Sealing.On)
            {
                foreach (var row in await RowsAsync(connection, ReadsKeys, ct, _roles, _schemaName).ConfigureAwait(false))
                    findings.Add(new(true, $"Role {row[0]} has rights on {_schemaName}.rls_session_keys, and so can seal any tenant.", $"Run: REVOKE ALL ON {postgres.Schema}.rls_session_keys FROM {SqlText.Identifier(row[0])}; its owner must be another role than that of the application (PostgresOptions.MigrationConnectionString)."));
            }

            if (!findings.Exists(static finding => finding.Fatal))
                await new RlsProbe(connection, scopes, postgres, _options, _roles).RunAsync(findings, ct).ConfigureAwait(false);
        }

        return findings;
    }

    private async Task<string> RolesAsync(NpgsqlConnection connection, List<RlsFinding> findings, CancellationToken ct)
    {
        var login = "";
        var known = new HashSet<string>(StringComparer.Ordinal);
        foreach (var row in await RowsAsync(connection, Roles, ct, (object)_roles).ConfigureAwait(false))
        {
            var (name, super, bypasses) = (row[0], row[1] == "True", row[2] == "True");
            known.Add(name);
            if (row[3] == "True")
                login = name;
            if (super || bypasses)
            {
                findings.Add(new(true, $"Role {name} {(super ? "is a superuser" : "has BYPASSRLS")}, so that no policy holds for it.",
                    $"Run: ALTER ROLE {SqlText.Identifier(name)} NOSUPERUSER NOBYPASSRLS; or connect with another role. (In development, RlsOptions.VerifyOnStart = false lets it pass.)"));
            }
        }

        findings.AddRange(_roles.Except(known, StringComparer.Ordinal).Select(static role =>
            new RlsFinding(true, $"There is no role {role}, which RlsOptions names.", $"Run: CREATE ROLE {SqlText.Identifier(role)} NOLOGIN; and grant it what scoped statements need.")));
        return login;
    }

    private async Task MembershipAsync(NpgsqlConnection connection, string login, List<RlsFinding> findings, CancellationToken ct)
    {
        // Since PostgreSQL 16 a member may lack the right to become the role.
        var right = connection.PostgreSqlVersion.Major >= 16 ? "SET" : "MEMBER";
        var sql = $"SELECT r.rolname::text FROM pg_catalog.pg_roles r WHERE r.rolname = ANY ($1) AND NOT pg_catalog.pg_has_role(session_user, r.oid, '{right}')";
        foreach (var row in await RowsAsync(connection, sql, ct, (object)_roles).ConfigureAwait(false))
            findings.Add(new(true, $"Role {login} cannot become {row[0]}, which RlsOptions names.", $"Run: GRANT {SqlText.Identifier(row[0])} TO {SqlText.Identifier(login)};"));
    }

    // RESET ROLE leaves the scoped role in the middle of a transaction, so what the login role may is open to injected SQL. Without a role, it is the login role that needs the grants.
    private async Task GrantsAsync(NpgsqlConnection connection, string login, List<RlsFinding> findings, CancellationToken ct)
    {
        if (_roles.Length == 0)
            return;

        foreach (var row in await RowsAsync(connection, Granted, ct, _schemaName, _options.TenantColumn).ConfigureAwait(false))
        {
            findings.Add(new(false, $"The login role {login} has rights of its own on {row[0]}, which RESET ROLE gives back to it.",
                $"Run: REVOKE ALL ON {row[0]} FROM {SqlText.Identifier(login)}; and ALTER ROLE {SqlText.Identifier(login)} NOINHERIT (since PostgreSQL 16 also: GRANT ... WITH INHERIT FALSE)."));
        }
    }

    private static async Task<List<string[]>> RowsAsync(NpgsqlConnection connection, string sql, CancellationToken ct, params object[] parameters)
    {
        var command = new NpgsqlCommand(sql, connection);
        await using (command.ConfigureAwait(false))
        {
            foreach (var parameter in parameters)
                command.Parameters.Add(new NpgsqlParameter { Value = parameter, NpgsqlDbType = parameter is string[] ? NpgsqlDbType.Array | NpgsqlDbType.Text : NpgsqlDbType.Text });
            var rows = new List<string[]>();
            var reader = await command.ExecuteReaderAsync(ct).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                while (await reader.ReadAsync(ct).ConfigureAwait(false))
                    rows.Add([.. Enumerable.Range(0, reader.FieldCount).Select(i => Convert.ToString(reader.GetValue(i), CultureInfo.InvariantCulture) ?? "")]);
            }

            return rows;
        }
    }
}
