using Npgsql;
using Patterns.RlsSession;

namespace Tenancy.Tests.RlsSession;

/// <summary>Policies as they are written for Supabase, over functions that behave as its documentation says of auth.uid(), auth.jwt() and auth.role().</summary>
public sealed class SupabaseTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private const string Ann = "00000000-0000-7000-8000-00000000000a";
    private const string Bob = "00000000-0000-7000-8000-00000000000b";

    private const string Auth =
        """
        DO $$
        DECLARE
            v_role text;
        BEGIN
            FOREACH v_role IN ARRAY ARRAY['anon', 'authenticated', 'service_role'] LOOP
                IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = v_role) THEN
                    EXECUTE format('CREATE ROLE %I NOLOGIN', v_role);
                END IF;
            END LOOP;
        END
        $$;
        GRANT anon, authenticated, service_role TO {login};
        CREATE SCHEMA IF NOT EXISTS auth;
        CREATE OR REPLACE FUNCTION auth.jwt() RETURNS jsonb LANGUAGE sql STABLE AS $$
            SELECT coalesce(nullif(current_setting('request.jwt.claim', true), ''), nullif(current_setting('request.jwt.claims', true), ''))::jsonb
        $$;
        CREATE OR REPLACE FUNCTION auth.uid() RETURNS uuid LANGUAGE sql STABLE AS $$
            SELECT coalesce(nullif(current_setting('request.jwt.claim.sub', true), ''), auth.jwt() ->> 'sub')::uuid
        $$;
        CREATE OR REPLACE FUNCTION auth.role() RETURNS text LANGUAGE sql STABLE AS $$
            SELECT coalesce(nullif(current_setting('request.jwt.claim.role', true), ''), auth.jwt() ->> 'role')
        $$;
        GRANT USAGE ON SCHEMA auth, {schema} TO anon, authenticated, service_role;

        CREATE TABLE {schema}.notes (id int PRIMARY KEY, user_id uuid NOT NULL, team text NOT NULL DEFAULT '', is_public boolean NOT NULL DEFAULT false);
        ALTER TABLE {schema}.notes ENABLE ROW LEVEL SECURITY;
        GRANT SELECT, INSERT, UPDATE, DELETE ON {schema}.notes TO anon, authenticated, service_role;
        CREATE POLICY "Users read their own notes" ON {schema}.notes FOR SELECT TO authenticated USING ((SELECT auth.uid()) = user_id);
        CREATE POLICY "Users write their own notes" ON {schema}.notes FOR INSERT TO authenticated WITH CHECK ((SELECT auth.uid()) = user_id);
        CREATE POLICY "Users change their own notes" ON {schema}.notes FOR UPDATE TO authenticated USING ((SELECT auth.uid()) = user_id) WITH CHECK ((SELECT auth.uid()) = user_id);
        CREATE POLICY "Members read the notes of their team" ON {schema}.notes FOR SELECT USING (team = (SELECT auth.jwt() -> 'app_metadata' ->> 'team') AND (SELECT auth.role()) = 'authenticated');
        CREATE POLICY "Everybody reads public notes" ON {schema}.notes FOR SELECT TO anon, authenticated USING (is_public);
        INSERT INTO {schema}.notes VALUES (1, '00000000-0000-7000-8000-00000000000a', '', false), (2, '00000000-0000-7000-8000-00000000000b', 'red', false), (3, '00000000-0000-7000-8000-00000000000b', '', true);
        """;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    [Guarantee("RlsSession", 11)]
    public async Task Existing_policies_work_unchanged()
    {
        await using var tenants = await NewAsync();
        var visible = (TenantScope scope) => tenants.ScalarAsync<string>(scope, "SELECT string_agg(id::text, ',' ORDER BY id) FROM {schema}.notes");

        (await visible(new("t", Ann))).Should().Be("1,3");
        (await visible(new("t", ClaimsJson: $$$"""{"sub":"{{{Ann}}}","role":"authenticated","app_metadata":{"team":"red"}}"""))).Should().Be("1,2,3");
        (await visible(new("t", Bob, ClaimsJson: $$"""{"sub":"{{Bob}}"}"""))).Should().Be("2,3");
        (await visible(new("t"))).Should().Be("3", "without a user the role is anon");
        (await tenants.ScalarAsync<string>(new TenantScope("t", Ann), "SELECT current_user || auth.role() || (auth.jwt() ->> 'sub')")).Should().Be("authenticatedauthenticated" + Ann);
        (await tenants.ScalarAsync<string>("t", "SELECT current_user || auth.role() || coalesce(auth.uid()::text, '-') || {schema}.tenant_id()")).Should().Be("anonanon-t");
        (await tenants.Session.ExecuteAsync(new("t", Ann), tenants.Batch("UPDATE {schema}.notes SET team = 'blue'"), Ct)).Should().Be(1);
        await tenants.Session.Invoking(s => s.ExecuteAsync(new("t", Ann), tenants.Batch($"INSERT INTO {{schema}}.notes VALUES (9, '{Bob}')"), Ct)).Should().ThrowAsync<PostgresException>().Where(e => e.SqlState == "42501");
        (await tenants.LeftoversAsync()).Should().BeEmpty();
    }

    [Fact]
    public async Task A_transaction_of_the_callers_own_keeps_its_claims()
    {
        await using var tenants = await NewAsync();
        await using var connection = await tenants.Source.OpenConnectionAsync(Ct);
        await using var transaction = await connection.BeginTransactionAsync(Ct);
        await tenants.Session.ApplyAsync(transaction, new("t", Ann), Ct);
        await tenants.Session.ApplyAsync(transaction, new("t", Ann), Ct);

        await tenants.Session.Invoking(s => s.ApplyAsync(transaction, new("t", Ann, ClaimsJson: $$"""{"sub":"{{Ann}}","role":"authenticated","x":1}"""), Ct)).Should().ThrowAsync<InvalidOperationException>().WithMessage("*request.jwt.claims*");
    }

    [Theory]
    [InlineData(null, "service_role", null, "*'service_role' is not one of*")]
    [InlineData(null, null, """{"role":"service_role"}""", "*'service_role' is not one of*")]
    [InlineData(null, "postgres", null, "*'postgres' is not one of anon, authenticated*")]
    [InlineData(Ann, null, """{"sub":"00000000-0000-7000-8000-00000000000b"}""", "*another sub than TenantScope.UserId*")]
    [InlineData(null, "anon", """{"role":"authenticated"}""", "*the role 'authenticated', TenantScope.Role is 'anon'*")]
    [InlineData(null, null, "[]", "*not a JSON object*")]
    [InlineData(null, null, "{", "*not a JSON object*")]
    [InlineData(null, null, """{"sub":"a","sub":"b"}""", "*without duplicate names*")]
    [Guarantee("RlsSession", 11)]
    public async Task What_would_say_two_things_or_see_every_tenant_is_refused(string? user, string? role, string? claims, string message)
    {
        await using var tenants = await NewAsync();

        (await tenants.Session.Invoking(s => s.ExecuteAsync(new("t", user, role, claims), tenants.Batch("SELECT 1"), Ct)).Should().ThrowAsync<ArgumentException>()).WithMessage(message);
        var older = new Dictionary<string, string>(StringComparer.Ordinal) { ["request.jwt.claim.sub"] = Bob };
        (await tenants.Session.Invoking(s => s.ExecuteAsync(new("t", Settings: older), tenants.Batch("SELECT 1"), Ct)).Should().ThrowAsync<ArgumentException>()).WithMessage("*carries the scope itself*");
    }

    private Task<Tenants> NewAsync() => Tenants.NewAsync(new(database.ConnectionString), o => (o.Mode, o.Role) = (RlsMode.SupabaseClaims, null), seed: Auth);
}
