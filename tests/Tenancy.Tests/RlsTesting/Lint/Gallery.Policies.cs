namespace Tenancy.Tests.RlsTesting.Lint;

public static partial class Gallery
{
    private static GalleryCase[] Policies =>
    [
        new("policy-always-true", "notes_all on public.notes", Table(policy: "CREATE POLICY notes_all ON notes USING (true) WITH CHECK (true);")),
        new("policy-always-true", "notes_write on public.notes", Table(policy: $$"""
            CREATE POLICY notes_read ON notes FOR SELECT TO {app} USING ({{Tenant}});
            CREATE POLICY notes_write ON notes FOR INSERT TO {app} WITH CHECK (1 = 1 OR {{Tenant}});
            """)),
        new("policy-always-true", "notes_pin on public.notes", Table($$"""CREATE POLICY notes_pin ON notes AS RESTRICTIVE FOR DELETE USING (id = id);""")),
        new("policy-without-tenant", "notes_owner on public.notes", Table(policy: "CREATE POLICY notes_owner ON notes FOR SELECT USING (owner_id = (SELECT current_setting('app.user_id', true))::uuid);")),
        new("policy-without-tenant", "notes_read on public.notes", Table(policy: $"CREATE POLICY notes_read ON notes FOR SELECT USING (is_public OR {Tenant});")),
        new("policy-without-tenant", "notes_read on public.notes", Table(policy: "CREATE POLICY notes_read ON notes FOR SELECT USING (tenant_id = coalesce(nullif((SELECT current_setting('app.tenant_id', true)), ''), tenant_id));")),
        new("policy-without-tenant", "notes_read on public.notes", Table(policy: "CREATE POLICY notes_read ON notes FOR SELECT USING (EXISTS (SELECT FROM customers c WHERE c.tenant_id = (SELECT current_setting('app.tenant_id', true))));")),
        new("policy-without-check", "notes_tenant on public.notes", Table(policy: $$"""CREATE POLICY notes_tenant ON notes TO {app} USING ({{Tenant}});""")),
        new("policies-widen", "public.notes", Table(policy: $$"""
            CREATE POLICY notes_mine ON notes FOR SELECT TO {app} USING ({{Tenant}} AND owner_id = (SELECT current_setting('app.user_id', true))::uuid);
            CREATE POLICY notes_public ON notes FOR SELECT USING ({{Tenant}} AND is_public);
            """)),
        new("policy-user-metadata", "notes_staff on public.notes", Table(policy: $$"""
            CREATE POLICY notes_staff ON notes FOR SELECT USING ({{Tenant}} AND (SELECT current_setting('request.jwt.claims', true))::jsonb -> 'user_metadata' ->> 'role' = 'staff');
            """), "DROP POLICY notes_staff ON notes; CREATE POLICY notes_read ON notes FOR SELECT USING (tenant_id = (SELECT current_setting('app.tenant_id', true)))"),
        new("policy-user-metadata", "notes_staff on public.notes", Table(policy: $$"""
            CREATE POLICY notes_staff ON notes FOR SELECT USING ({{Tenant}} AND (SELECT current_setting('request.jwt.claims', true))::jsonb #>> '{user_metadata,role}' = 'staff');
            """), "DROP POLICY notes_staff ON notes; CREATE POLICY notes_read ON notes FOR SELECT USING (tenant_id = (SELECT current_setting('app.tenant_id', true)))"),
        new("policy-function-per-row", "notes_read on public.notes", Table(policy: "CREATE POLICY notes_read ON notes FOR SELECT USING (tenant_id = current_setting('app.tenant_id', true));")),
        new("policy-function-per-row", "notes_read on public.notes", "CREATE FUNCTION tenant() RETURNS text LANGUAGE sql VOLATILE AS $$ SELECT current_setting('app.tenant_id', true) $$;"
            + Table(policy: "CREATE POLICY notes_read ON notes FOR SELECT USING (tenant_id = tenant()::varchar);")),
        new("policy-function-per-row", "notes_read on public.notes", "CREATE FUNCTION is_mine(t text) RETURNS boolean LANGUAGE plpgsql STABLE AS $$ BEGIN RETURN t = current_setting('app.tenant_id', true); END $$;"
            + Table(policy: "CREATE POLICY notes_read ON notes FOR SELECT USING ((SELECT is_mine(tenant_id)));"),
            "ALTER POLICY notes_read ON notes USING (tenant_id = (SELECT current_setting('app.tenant_id', true)))"),
    ];
}
