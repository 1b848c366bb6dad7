using Patterns.RlsTesting;

namespace Tenancy.Tests.RlsTesting.Lint;

/// <summary>Schemas of our own that have what Supabase's linter, splinter, describes in its documentation: where it warns, so do we.</summary>
public sealed class SplinterAgreementTests(PostgresServer server)
{
    private const string Auth = """
        CREATE SCHEMA auth;
        GRANT USAGE ON SCHEMA auth TO {app};
        CREATE FUNCTION auth.uid() RETURNS uuid LANGUAGE sql STABLE AS $$ SELECT current_setting('app.user', true)::uuid $$;
        CREATE FUNCTION auth.jwt() RETURNS jsonb LANGUAGE sql STABLE AS $$ SELECT current_setting('app.claims', true)::jsonb $$;
        CREATE TABLE todos (id uuid NOT NULL, user_id uuid NOT NULL, title text, PRIMARY KEY (user_id, id));
        ALTER TABLE todos ENABLE ROW LEVEL SECURITY;
        ALTER TABLE todos FORCE ROW LEVEL SECURITY;
        GRANT SELECT, UPDATE ON todos TO {app};
        """;

    [Theory]
    [InlineData("0003_auth_rls_initplan", "policy-function-per-row", "CREATE POLICY p ON todos FOR SELECT USING (auth.uid() = user_id);")]
    [InlineData("0006_multiple_permissive_policies", "policies-widen", "CREATE POLICY p ON todos FOR SELECT USING ((SELECT auth.uid()) = user_id); CREATE POLICY q ON todos FOR SELECT TO {app} USING ((SELECT auth.uid()) = user_id AND title <> '');")]
    [InlineData("0007_policy_exists_rls_disabled", "policies-without-rls", "CREATE POLICY p ON todos FOR SELECT USING ((SELECT auth.uid()) = user_id); ALTER TABLE todos DISABLE ROW LEVEL SECURITY;")]
    [InlineData("0008_rls_enabled_no_policy", "rls-without-policies", "REVOKE UPDATE ON todos FROM {app};")]
    [InlineData("0010_security_definer_view", "view-as-owner", Own + "CREATE VIEW titles AS SELECT title FROM todos; GRANT SELECT ON titles TO {app};")]
    [InlineData("0011_function_search_path_mutable", "definer-search-path", Own + "CREATE FUNCTION f() RETURNS bigint LANGUAGE sql SECURITY DEFINER AS 'SELECT count(*) FROM todos'; REVOKE EXECUTE ON FUNCTION f() FROM PUBLIC; GRANT EXECUTE ON FUNCTION f() TO {app};")]
    [InlineData("0013_rls_disabled_in_public", "rls-disabled", "ALTER TABLE todos DISABLE ROW LEVEL SECURITY;")]
    [InlineData("0015_rls_references_user_metadata", "policy-user-metadata", "CREATE POLICY p ON todos FOR SELECT USING ((SELECT auth.uid()) = user_id AND ((SELECT auth.jwt()) -> 'user_metadata' ->> 'is_admin')::boolean);")]
    [InlineData("0016_materialized_view_in_api", "materialized-view", Own + "CREATE MATERIALIZED VIEW titles AS SELECT title FROM todos; GRANT SELECT ON titles TO {app};")]
    [InlineData("0017_foreign_table_in_api", "foreign-table", Own + "CREATE FOREIGN DATA WRAPPER w; CREATE SERVER s FOREIGN DATA WRAPPER w; CREATE FOREIGN TABLE remote (user_id uuid) SERVER s; GRANT SELECT ON remote TO {app};")]
    [InlineData("0024_permissive_rls_policy", "policy-always-true", "CREATE POLICY p ON todos FOR SELECT TO {app} USING ('a' = 'a');")]
    [InlineData("0028_anon_security_definer_function_executable", "definer-public", Own + "CREATE FUNCTION f() RETURNS bigint LANGUAGE sql SECURITY DEFINER SET search_path = '' AS 'SELECT 1::bigint';")]
    public async Task Where_splinter_warns_so_do_we(string lint, string rule, string script)
    {
        await using var database = await AuditedDatabase.CreateAsync(server, Auth, script);

        var findings = await database.LintAsync(static audit => audit.TenantColumn("user_id"));

        findings.Select(static finding => finding.Rule).Should().Equal([rule], lint);
    }

    [Theory]
    [InlineData("(SELECT auth.uid() AS me) = user_id")]
    [InlineData("(SELECT (auth.uid())::uuid) = user_id")]
    [InlineData("user_id IN (SELECT (SELECT auth.uid()))")]
    public async Task A_wrapped_call_is_not_accused_however_it_is_written(string expression)
    {
        await using var database = await AuditedDatabase.CreateAsync(server, Auth, $"CREATE POLICY p ON todos FOR SELECT USING ({expression});");

        (await database.LintAsync(static audit => audit.TenantColumn("user_id"))).Should().BeEquivalentTo(Array.Empty<RlsFinding>());
    }

    private const string Own = "CREATE POLICY p ON todos FOR SELECT USING ((SELECT auth.uid()) = user_id);";
}
