namespace Tenancy.Tests.RlsTesting.Lint;

public static partial class Gallery
{
    private static GalleryCase[] Tables =>
    [
        new("undecided-table", "public.rates", "CREATE TABLE rates (currency text PRIMARY KEY, rate numeric); GRANT SELECT ON rates TO {app};", "REVOKE SELECT ON rates FROM {app}"),
        new("undecided-table", "public.rates", "CREATE TABLE rates (currency text PRIMARY KEY, rate numeric); GRANT SELECT (rate) ON rates TO PUBLIC;", "REVOKE SELECT (rate) ON rates FROM PUBLIC"),
        new("rls-disabled", "public.notes", Table("ALTER TABLE notes DISABLE ROW LEVEL SECURITY;", policy: "")),
        new("rls-disabled", "public.\"Notes\"", """
            CREATE TABLE "Notes" (tenant_id text NOT NULL, "user" uuid NOT NULL, PRIMARY KEY (tenant_id, "user"));
            GRANT {other} TO {anon};
            GRANT INSERT ON "Notes" TO {other};
            """),
        new("policies-without-rls", "public.notes", Table("ALTER TABLE notes DISABLE ROW LEVEL SECURITY;")),
        new("rls-without-policies", "public.notes", Table(policy: "")),
        new("rls-without-policies", "public.notes", Table(policy: $$"""CREATE POLICY notes_other ON notes TO {other} USING ({{Tenant}}) WITH CHECK ({{Tenant}});""")),
        new("rls-without-policies", "public.notes", Table(policy: $$"""CREATE POLICY notes_pin ON notes AS RESTRICTIVE USING ({{Tenant}}) WITH CHECK ({{Tenant}});""")),
        new("rls-not-forced", "public.notes", Table("ALTER TABLE notes NO FORCE ROW LEVEL SECURITY;") + "ALTER TABLE notes OWNER TO {login};"),
        new("rls-not-forced", "public.notes", Table("ALTER TABLE notes NO FORCE ROW LEVEL SECURITY;") + "GRANT {owner} TO {login};"),
        new("owned-by-application", "public.notes", Table() + "ALTER TABLE notes OWNER TO {app};", "ALTER TABLE notes OWNER TO {owner}"),
        new("partition-unprotected", "public.events_2026", Events + "GRANT SELECT ON events_2026 TO {app};"),
        new("partition-unprotected", "public.events_2026_1", $$"""
            {{Events}}
            CREATE TABLE events_2027 PARTITION OF events FOR VALUES FROM (2027) TO (2028) PARTITION BY HASH (tenant_id);
            CREATE TABLE events_2026_1 PARTITION OF events_2027 FOR VALUES WITH (MODULUS 1, REMAINDER 0);
            GRANT DELETE ON events_2026_1 TO {app};
            """),
    ];

    private const string Events = $$"""
        CREATE TABLE events (tenant_id text NOT NULL, year integer NOT NULL, id uuid NOT NULL, PRIMARY KEY (tenant_id, year, id)) PARTITION BY RANGE (year);
        CREATE TABLE events_2026 PARTITION OF events FOR VALUES FROM (2026) TO (2027);
        ALTER TABLE events ENABLE ROW LEVEL SECURITY;
        ALTER TABLE events FORCE ROW LEVEL SECURITY;
        CREATE POLICY events_tenant ON events TO {app} USING ({{Tenant}}) WITH CHECK ({{Tenant}});
        GRANT SELECT, INSERT ON events TO {app};
        """;
}
