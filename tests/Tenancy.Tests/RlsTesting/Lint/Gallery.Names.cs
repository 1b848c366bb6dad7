namespace Tenancy.Tests.RlsTesting.Lint;

public static partial class Gallery
{
    private const string Odd = "\"Zeile (of \"\"an\"\" order); $1\"";

    private const string OddPolicy = $$"""CREATE POLICY "One; tenant's" ON {{Odd}} TO {app} USING ({{Tenant}}) WITH CHECK ({{Tenant}});""";

    // The same mistakes on names that SQL takes only in quotes: what a repair prints must still be SQL.
    private static GalleryCase[] Names =>
    [
        new("rls-disabled", $"public.{Odd}", OddTable($"ALTER TABLE {Odd} DISABLE ROW LEVEL SECURITY;", policy: "")),
        new("policies-without-rls", $"public.{Odd}", OddTable($"ALTER TABLE {Odd} DISABLE ROW LEVEL SECURITY;")),
        new("rls-not-forced", $"public.{Odd}", OddTable($"ALTER TABLE {Odd} NO FORCE ROW LEVEL SECURITY;") + $"ALTER TABLE {Odd} OWNER TO {{login}};"),
        new("policy-always-true", $"\"One; tenant's\" on public.{Odd}", OddTable(policy: $"CREATE POLICY \"One; tenant's\" ON {Odd} USING (true) WITH CHECK (true);")),
        new("policy-without-check", $"\"One; tenant's\" on public.{Odd}", OddTable(policy: $$"""CREATE POLICY "One; tenant's" ON {{Odd}} TO {app} USING ({{Tenant}});""")),
        new("policies-widen", $"public.{Odd}", OddTable($"CREATE POLICY \"Two\" ON {Odd} FOR SELECT USING ({Tenant} AND is_public);")),
        new("policy-function-per-row", $"\"One; tenant's\" on public.{Odd}", "CREATE FUNCTION \"Who (am) I\"() RETURNS text LANGUAGE sql VOLATILE AS $$ SELECT current_setting('app.tenant_id', true) $$;"
            + OddTable(policy: $"CREATE POLICY \"One; tenant's\" ON {Odd} FOR SELECT USING (tenant_id = \"Who (am) I\"());")),
        new("tenant-column-not-indexed", $"public.{Odd}.tenant_id", OddTable($"ALTER TABLE {Odd} DROP CONSTRAINT \"Key (of it)\", ADD PRIMARY KEY (id, tenant_id);")),
        new("unique-without-tenant", "public.\"Mail ON ONLY x (unique)\"", OddTable($"CREATE UNIQUE INDEX \"Mail ON ONLY x (unique)\" ON {Odd} (lower(\"Mail (work)\") COLLATE \"C\" DESC) INCLUDE (id) WHERE is_public;")),
        new("unique-without-tenant", "public.\"Mail (work)\"", OddTable($"ALTER TABLE {Odd} ADD CONSTRAINT \"Mail (work)\" UNIQUE (\"Mail (work)\") INCLUDE (id) DEFERRABLE;")),
        new("foreign-key-without-tenant", $"\"Its (order)\" on public.{Odd}", OddTable($"ALTER TABLE {Odd} ADD \"of\" text, ADD CONSTRAINT \"Its (order)\" FOREIGN KEY (\"of\", owner_id) REFERENCES orders (tenant_id, id);")),
        new("view-as-owner", "public.\"Shown; $1\"", $"{OddTable()} CREATE VIEW \"Shown; $1\" AS SELECT id FROM {Odd}; GRANT SELECT ON \"Shown; $1\" TO {{app}};"),
        new("materialized-view", "public.\"Kept\"", $"{OddTable()} CREATE MATERIALIZED VIEW \"Kept\" AS SELECT id FROM {Odd}; GRANT SELECT (id) ON \"Kept\" TO {{anon}};"),
        new("publication-without-filter", $"publication \"Every; thing\": public.{Odd}", $"{OddTable()} CREATE PUBLICATION \"Every; thing\" FOR TABLE {Odd};"),
        new("definer-search-path", "public.\"Count\"(VARIADIC \"Of what\" public.\"Kind, of\"[])", """
            CREATE TYPE "Kind, of" AS ENUM ('a');
            CREATE FUNCTION "Count"(VARIADIC "Of what" "Kind, of"[]) RETURNS bigint LANGUAGE sql SECURITY DEFINER AS 'SELECT 1::bigint';
            REVOKE EXECUTE ON FUNCTION "Count" FROM PUBLIC;
            GRANT EXECUTE ON FUNCTION "Count" TO {app};
            """),
        new("definer-public", "public.\"Do (it)\"(INOUT x integer)", """
            CREATE PROCEDURE "Do (it)"(INOUT x integer) LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS 'BEGIN x := 1; END';
            """),
        new("truncate-granted", $"public.{Odd}", OddTable() + $"GRANT TRUNCATE ON {Odd} TO {{app}}, PUBLIC;"),
    ];

    private static string OddTable(string more = "", string policy = OddPolicy) =>
        Table($"ALTER TABLE {Odd} ADD \"Mail (work)\" text; DO $do$ BEGIN EXECUTE (SELECT format('ALTER TABLE %s RENAME CONSTRAINT %I TO \"Key (of it)\"', conrelid::regclass, conname) FROM pg_constraint WHERE contype = 'p' AND conrelid = '{Odd}'::regclass); END $do$; {more}", Odd, policy);
}
