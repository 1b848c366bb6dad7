using System.Text.RegularExpressions;

namespace Patterns.RlsSession;

/// <summary>
/// Prints the script that protects a table. It looks at the catalogue when it runs, since partitions, views and indexes are known only there. The tenant stands in one policy, the restrictive one,
/// so that a seal is verified once for a statement and no policy that somebody adds later opens the table; the permissive ones say who inside the tenant.
/// </summary>
internal static partial class ProtectText
{
    private const string Script =
        """
        -- Row-level security for {comment}. It may be run again.
        DO $protect$
        DECLARE
            v_root constant regclass := {table};
            v_table regclass;
            v_policy record;
            v_view record;
        BEGIN
            -- A partition that a query names does not apply the policies of its parent, so each has its own.
            FOR v_table IN
                SELECT v_root UNION SELECT t.relid FROM pg_catalog.pg_partition_tree(v_root) t JOIN pg_catalog.pg_class c ON c.oid = t.relid AND c.relkind <> 'f'
            LOOP
                EXECUTE pg_catalog.format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', v_table);
                EXECUTE pg_catalog.format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', v_table);
                FOR v_policy IN
                    SELECT * FROM (VALUES
        {policies}
                    ) p (name, definition)
                LOOP
                    EXECUTE pg_catalog.format('DROP POLICY IF EXISTS %I ON %s', v_policy.name, v_table);
                    EXECUTE pg_catalog.format('CREATE POLICY %I ON %s %s', v_policy.name, v_table, v_policy.definition);
                END LOOP;
            END LOOP;

            -- Where the table is large, make the index beforehand with CREATE INDEX CONCURRENTLY.
            IF NOT EXISTS (
                SELECT FROM pg_catalog.pg_index i JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
                WHERE i.indrelid = v_root AND a.attname = {column} AND i.indisvalid AND i.indpred IS NULL)
            THEN
                EXECUTE pg_catalog.format('CREATE INDEX ON %s (%I)', v_root, {column});
            END IF;

            -- A view reads with the rights of its owner unless it is told otherwise, also through other views.
            FOR v_view IN
                WITH RECURSIVE shown (relid) AS (
                    SELECT v_root::oid UNION SELECT t.relid FROM pg_catalog.pg_partition_tree(v_root) t
                    UNION
                    SELECT r.ev_class FROM shown s
                    JOIN pg_catalog.pg_depend d ON d.refclassid = 'pg_catalog.pg_class'::regclass AND d.refobjid = s.relid AND d.classid = 'pg_catalog.pg_rewrite'::regclass
                    JOIN pg_catalog.pg_rewrite r ON r.oid = d.objid)
                SELECT c.oid::regclass AS name, c.relkind FROM shown s JOIN pg_catalog.pg_class c ON c.oid = s.relid WHERE c.relkind IN ('v', 'm', 'f')
            LOOP
                IF v_view.relkind = 'f' THEN
                    RAISE WARNING 'The partition % is a foreign table, for which PostgreSQL has no policies: grant it to no application role.', v_view.name;
                ELSIF v_view.relkind = 'm' THEN
                    RAISE WARNING 'The materialized view % holds rows of all tenants, and PostgreSQL has no policies for it: grant it to no application role.', v_view.name;
                ELSIF pg_catalog.current_setting('server_version_num')::int >= 150000 THEN
                    EXECUTE pg_catalog.format('ALTER VIEW %s SET (security_invoker = true)', v_view.name);
                ELSE
                    RAISE WARNING 'The view % reads with the rights of its owner, and before PostgreSQL 15 cannot do otherwise: grant it to no application role.', v_view.name;
                END IF;
            END LOOP;
        END
        $protect$;

        """;

    private const string Quote = "$protect$";

    public static string Print(string table, ProtectOptions options)
    {
        if (table.Any(char.IsControl))
            throw new ArgumentException("The table's name has a control character.", nameof(table));
        foreach (var type in new[] { options.TenantType, options.UserType })
        {
            // A type is written as it is, since it may have parts and modifiers that quoting would destroy.
            if (type.Length == 0 || !type.All(static c => char.IsAsciiLetterOrDigit(c) || " _.()\"".Contains(c, StringComparison.Ordinal)))
                throw new ArgumentException($"'{type}' is not a type's name, such as text, uuid or bigint.", nameof(options));
        }

        if (options.Shape == ProtectShape.RoleGated && options.WriteRoles.Count == 0)
            throw new ArgumentException("ProtectShape.RoleGated takes at least one role in ProtectOptions.WriteRoles.", nameof(options));

        var policies = Policies(options).Select(static policy => $"                ({SqlText.Literal(policy.Name)}, {SqlText.Literal(policy.Definition)})");
        // In one pass: a name with braces stays a name.
        var script = Placeholder().Replace(Script.Replace("\r", "", StringComparison.Ordinal), placeholder => placeholder.ValueSpan switch
        {
            "{comment}" => $"{table} ({options.Shape})",
            "{policies}" => string.Join(",\n", policies),
            "{column}" => SqlText.Literal(options.TenantColumn),
            _ => SqlText.Literal(table),
        });
        return script.Split(Quote).Length == 3 ? script : throw new ArgumentException($"A name has {Quote}, which would end the script in its middle.", nameof(table));
    }

    private static IEnumerable<(string Name, string Definition)> Policies(ProtectOptions options)
    {
        const string everyone = "true"; // of the tenant, which the restrictive policy pins
        var tenant = Equal(options.TenantColumn, "tenant_id", options.TenantType);
        var own = Equal(options.UserColumn, "user_id", options.UserType);
        var (read, write, writers) = options.Shape switch
        {
            ProtectShape.UserOwned => (own, own, ""),
            ProtectShape.SharedReadOwnerWrite => (everyone, own, ""),
            ProtectShape.RoleGated => (everyone, everyone, " TO " + string.Join(", ", options.WriteRoles.Select(SqlText.Identifier))),
            ProtectShape.TimeLimited => (Unexpired(), Unexpired(), ""),
            _ => (everyone, everyone, ""),
        };
        yield return ("rls_tenant", $"AS RESTRICTIVE FOR ALL USING ({tenant}) WITH CHECK ({tenant})");
        yield return ("rls_select", $"FOR SELECT USING ({read})");
        yield return ("rls_insert", $"FOR INSERT{writers} WITH CHECK ({write})");
        yield return ("rls_update", $"FOR UPDATE{writers} USING ({write}) WITH CHECK ({write})");
        yield return ("rls_delete", $"FOR DELETE{writers} USING ({write})");

        string Equal(string column, string function, string type) =>
            $"{SqlText.Identifier(column)} = (SELECT {SqlText.Identifier(options.FunctionSchema)}.{function}(){(type == "text" ? "" : "::" + type)})";

        string Unexpired()
        {
            var expires = SqlText.Identifier(options.ExpiresColumn);
            return $"({expires} IS NULL OR {expires} > (SELECT {SqlText.Identifier(options.FunctionSchema)}.now()))";
        }
    }

    [GeneratedRegex("{(comment|policies|column|table)}", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Placeholder();
}
