using Npgsql;
using Patterns.Postgres;

namespace Patterns.AuditLog;

/// <summary>Whether the role that the application logs in with could bypass a wall of the log: the grants, the triggers, or the owner that cannot log in.</summary>
internal sealed class WallCheck(IPostgres postgres)
{
    // What a superuser may is everything, so that nothing else need be looked at. Nobody may log in as the owner: there is no way around the other walls for anybody else.
    private const string Statement =
        """
        WITH me AS (
            SELECT session_user::text AS name, r.rolsuper FROM pg_roles r WHERE r.rolname = session_user
        ), mine AS (
            SELECT r.* FROM pg_roles r, me WHERE pg_has_role(session_user, r.oid, 'MEMBER') AND NOT me.rolsuper
        ), owner AS (
            SELECT r.* FROM pg_roles r WHERE r.rolname = $2 || 'owner'
        ), log_table AS (
            SELECT c.*, format('%I.%I', $1, c.relname) AS name FROM pg_class c WHERE c.relnamespace = $1::regnamespace AND c.relkind IN ('r', 'p') AND c.relname LIKE 'audit\_log\_%'
        ), log_function AS (
            SELECT p.*, p.oid::regprocedure::text AS name FROM pg_proc p WHERE p.pronamespace = $1::regnamespace AND p.proname LIKE 'audit\_log\_%'
        )
        SELECT 10, format('the login %I is a superuser, whom no wall stops', me.name), format('ALTER ROLE %I NOSUPERUSER', me.name) FROM me WHERE me.rolsuper
        UNION ALL
        SELECT 11, format('the login %I can take the role %I, a superuser', me.name, r.rolname), format('REVOKE %I FROM %I', r.rolname, me.name) FROM me, mine r WHERE r.rolsuper
        UNION ALL
        SELECT 12, format('the role %I reads past row-level security', r.rolname), format('ALTER ROLE %I NOBYPASSRLS', r.rolname) FROM mine r WHERE r.rolbypassrls
        UNION ALL
        SELECT 13, format('the role %I may make itself a member of any role, the owner of the log included', r.rolname), format('ALTER ROLE %I NOCREATEROLE', r.rolname)
        FROM mine r WHERE r.rolcreaterole AND current_setting('server_version_num')::int < 160000
        UNION ALL
        SELECT 14, format('the login %I is a member of %I, which reaches the server''s files and every table', me.name, r.rolname), format('REVOKE %I FROM %I', r.rolname, me.name)
        FROM me, mine r WHERE r.rolname IN ('pg_execute_server_program', 'pg_write_server_files', 'pg_write_all_data')
        UNION ALL
        SELECT 20, format('the login %I can take the role %I, which owns the log', me.name, o.rolname),
            format('REVOKE %I FROM %I', o.rolname, coalesce((SELECT m.rolname FROM pg_auth_members a JOIN mine m ON m.oid = a.member WHERE a.roleid = o.oid LIMIT 1), me.name))
        FROM me, owner o JOIN mine r ON r.oid = o.oid
        UNION ALL
        SELECT 21, format('the role %I, which owns the log, can log in', o.rolname), format('ALTER ROLE %I NOLOGIN', o.rolname) FROM owner o WHERE o.rolcanlogin
        UNION ALL
        SELECT 22, format('the schema %I belongs to %I, which the login %I can take, so that it may drop any table of it', n.nspname, r.rolname, me.name),
            format('ALTER SCHEMA %I OWNER TO %I', n.nspname, $2 || 'owner')
        FROM me, pg_namespace n JOIN mine r ON r.oid = n.nspowner WHERE n.nspname = $1 AND r.rolname <> $2 || 'owner'
        UNION ALL
        SELECT 30, format('the table %s belongs to %I', t.name, pg_get_userbyid(t.relowner)), format('ALTER TABLE %s OWNER TO %I', t.name, $2 || 'owner')
        FROM log_table t WHERE pg_get_userbyid(t.relowner) <> $2 || 'owner'
        UNION ALL
        SELECT 31, format('%s may %s in the table %s', coalesce(quote_ident(r.rolname), 'everybody'), a.privilege_type, t.name),
            format('REVOKE %s ON %s FROM %s', a.privilege_type, t.name, coalesce(quote_ident(r.rolname), 'PUBLIC'))
        FROM log_table t CROSS JOIN LATERAL (
            SELECT e.grantee, e.privilege_type FROM aclexplode(t.relacl) e
            UNION SELECT e.grantee, e.privilege_type FROM pg_attribute c CROSS JOIN LATERAL aclexplode(c.attacl) e WHERE c.attrelid = t.oid
        ) AS a LEFT JOIN mine r ON r.oid = a.grantee
        WHERE (a.grantee = 0 OR r.oid IS NOT NULL) AND a.grantee <> t.relowner AND a.privilege_type IN ('INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'TRIGGER', 'REFERENCES')
        UNION ALL
        SELECT 32, format('the table %s has no row-level security', t.name), format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', t.name)
        FROM log_table t WHERE NOT t.relrowsecurity
        UNION ALL
        SELECT 33, format('the table %s has the policy %I, which is not the log''s', t.name, p.polname), format('DROP POLICY %I ON %s', p.polname, t.name)
        FROM log_table t JOIN pg_policy p ON p.polrelid = t.oid WHERE p.polname NOT IN ('audit_log_auditor', 'audit_log_reader')
        UNION ALL
        SELECT 40, format('the table %s has no trigger %s that is always on', t.name, g.name), format('SELECT %I.audit_log_guard(%L)', $1, t.name)
        FROM log_table t CROSS JOIN (VALUES ('audit_log_append_only'), ('audit_log_no_truncate')) AS g (name)
        WHERE t.relname ~ '^audit_log_(entries|seal_entries)(_|$)|^audit_log_(held_entries|seals|runs|classes)$'
            AND NOT EXISTS (SELECT FROM pg_trigger x WHERE x.tgrelid = t.oid AND x.tgname = g.name AND x.tgenabled = 'A')
        UNION ALL
        SELECT 50, format('the function %s belongs to %I', f.name, pg_get_userbyid(f.proowner)), format('ALTER FUNCTION %s OWNER TO %I', f.name, $2 || 'owner')
        FROM log_function f WHERE pg_get_userbyid(f.proowner) <> $2 || 'owner'
        UNION ALL
        SELECT 51, format('everybody may call the function %s', f.name), format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f.name)
        FROM log_function f WHERE EXISTS (SELECT FROM aclexplode(coalesce(f.proacl, acldefault('f', f.proowner))) a WHERE a.grantee = 0)
        UNION ALL
        SELECT 52, format('the function %s runs as its owner with a search_path that is the caller''s', f.name), format('ALTER FUNCTION %s SET search_path = pg_catalog, pg_temp', f.name)
        FROM log_function f WHERE f.prosecdef AND NOT EXISTS (SELECT FROM unnest(f.proconfig) c WHERE c LIKE 'search\_path=%')
        ORDER BY 1, 2
        """;

    /// <exception cref="InvalidOperationException">It could; each way is named with its repair.</exception>
    public async Task DemandAsync(CancellationToken ct)
    {
        var findings = await FindAsync(ct).ConfigureAwait(false);
        if (findings.Count == 0)
            return;

        throw new InvalidOperationException(
            "The audit log would not be tamper-proof against this application's own login. As an administrator:"
            + string.Concat(findings.Select(static f => $"{Environment.NewLine}- {f.What}: {f.Repair};"))
            + $"{Environment.NewLine}For development, set AuditLogOptions.VerifyOnStart to false.");
    }

    public async Task<IReadOnlyList<WallFinding>> FindAsync(CancellationToken ct)
    {
        var schema = postgres.Schema.Trim('"');
        var findings = new List<WallFinding>();
        var command = postgres.DataSource.CreateCommand(Statement);
        await using (command.ConfigureAwait(false))
        {
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = schema });
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = schema + "_audit_" });
            var row = await command.ExecuteReaderAsync(ct).ConfigureAwait(false);
            await using (row.ConfigureAwait(false))
            {
                while (await row.ReadAsync(ct).ConfigureAwait(false))
                    findings.Add(new(row.GetString(1), row.GetString(2)));
                return findings;
            }
        }
    }
}
