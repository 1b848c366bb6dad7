namespace Tenancy.Tests.RlsTesting.Lint;

/// <summary>What a policy means does not depend on how it is spelt. The server prints each spelling in its own way; every one is a policy on a table of its own, all of them linted at once.</summary>
public sealed class PolicySpellingTests(PostgresServer server)
{
    private const string Setting = "current_setting('app.tenant_id', true)";

    private static readonly string[] Pinned =
    [
        "tenant_id = (SELECT auth.tenant())",
        "tenant_id = (SELECT auth.tenant() AS renamed)",
        "tenant_id = (SELECT (auth.tenant())::text)",
        "(SELECT auth.tenant())::varchar(200) = tenant_id",
        "(tenant_id)::varchar = (((SELECT auth.tenant())))",
        "tenant_id COLLATE \"C\" = (SELECT auth.tenant() LIMIT 1)",
        "lower(tenant_id) = (SELECT lower(auth.tenant()))",
        "tenant_id IN ((SELECT auth.tenant()), (SELECT " + Setting + "))",
        "tenant_id = ANY (SELECT m.tenant_id FROM memberships m WHERE m.user_name = (SELECT auth.tenant()))",
        "tenant_id = ANY (string_to_array((SELECT " + Setting + "), ','))",
        "ARRAY[tenant_id] <@ (SELECT ARRAY[auth.tenant()])",
        "(tenant_id, is_public) = ((SELECT auth.tenant()), true)",
        "tenant_id IS NOT DISTINCT FROM (SELECT auth.tenant())",
        "EXISTS (SELECT 1 FROM memberships m WHERE m.tenant_id = {table}.tenant_id AND m.user_name = (SELECT auth.tenant()))",
        "owner IN (SELECT m.user_name FROM memberships m WHERE m.tenant_id = {table}.tenant_id)",
        "tenant_id IN (SELECT tenant_id FROM (SELECT m.tenant_id, row_number() OVER (PARTITION BY m.tenant_id ORDER BY m.user_name) AS place FROM memberships m) x WHERE x.place = 1)",
        "(is_public AND tenant_id = (SELECT auth.tenant())) OR (tenant_id = (SELECT " + Setting + ") AND owner = CURRENT_USER)",
        "tenant_id = CASE WHEN (SELECT auth.tenant()) = 'x' THEN 'y' ELSE (SELECT auth.tenant()) END",
        "tenant_id = coalesce((SELECT auth.tenant()), 'nobody') AND at BETWEEN now() - interval '1 day' AND now()",
        "tenant_id = (WITH t AS (SELECT auth.tenant() AS id) SELECT t.id FROM t)",
        "tenant_id = (SELECT t FROM auth.tenant() t)",
        "tenant_id OPERATOR(pg_catalog.=) (SELECT auth.tenant()) AND NOT is_public",
        "false OR tenant_id = (SELECT auth.tenant())",
        "tenant_id OPERATOR(auth.===) (SELECT auth.tenant())",
        "is_public IS NOT TRUE AND (tenant_id = (SELECT auth.tenant())) IS TRUE",
        "tenant_id = (SELECT upper(trim(both ' ' from substring(auth.tenant() from 1 for 10))))",
        "tenant_id = (ARRAY[(SELECT auth.tenant()), 'it''s \"x\" (y'])[1]",
    ];

    private static readonly string[] True =
    [
        "true", "(true)", "1 = 1", "'a' = 'a'", "'a'::text = 'a'::text", "NOT false", "2 > 1", "1 <> 2", "'x' IS NOT NULL", "(SELECT true)", "tenant_id = tenant_id", "tenant_id IS NOT NULL", "id >= id",
        "true OR tenant_id = (SELECT auth.tenant())", "NOT (1 = 2)", "true IS TRUE", "NOT (tenant_id <> tenant_id)", "tenant_id::varchar = tenant_id", "(1 = 1) AND ('b' = 'b' OR is_public)", "coalesce(true, is_public)", "NOT (tenant_id IS NULL)",
    ];

    private static readonly string[] Unconstrained =
    [
        "is_public",
        "owner = CURRENT_USER",
        "is_public OR tenant_id = (SELECT auth.tenant())",
        "tenant_id <> ''",
        "tenant_id > (SELECT auth.tenant())",
        "tenant_id LIKE (SELECT auth.tenant()) || '%'",
        "NOT (tenant_id = (SELECT auth.tenant()))",
        "tenant_id NOT IN ('a', 'b')",
        "tenant_id = coalesce((SELECT auth.tenant()), tenant_id)",
        "tenant_id = (SELECT auth.tenant()) OR (SELECT auth.tenant()) IS NULL",
        "tenant_id = (SELECT auth.tenant()) OR (SELECT " + Setting + ") = ''",
        "EXISTS (SELECT FROM memberships m WHERE m.tenant_id = (SELECT auth.tenant()))",
        "EXISTS (SELECT FROM {table} other WHERE other.tenant_id = (SELECT auth.tenant()))",
        "owner IN (SELECT m.user_name FROM memberships m)",
        "nullable = nullable",
    ];

    private static readonly string[] PerRow =
    [
        "tenant_id = auth.tenant()",
        "tenant_id = auth.tenant()::varchar",
        "tenant_id = (auth.tenant())::text::varchar(10)::text",
        "tenant_id = coalesce(auth.tenant(), 'nobody')",
        "tenant_id = " + Setting,
        "tenant_id = nullif(" + Setting + ", '')",
        "tenant_id = ANY (string_to_array(" + Setting + ", ','))",
        "tenant_id IN (SELECT m.tenant_id FROM memberships m WHERE m.user_name = auth.tenant())",
        "tenant_id = (SELECT m.tenant_id FROM memberships m WHERE m.user_name = auth.tenant() LIMIT 1)",
        "auth.is_mine(tenant_id)",
        "(SELECT auth.is_mine({table}.tenant_id))",
        "tenant_id = (SELECT auth.tenant()) AND owner = auth.\"Odd name\"()",
    ];

    private static readonly (string Rule, string[] Spellings)[] Groups = [("", Pinned), ("policy-always-true", True), ("policy-without-tenant", Unconstrained), ("policy-function-per-row", PerRow)];

    // What changes the text and not the meaning.
    private static readonly Func<string, string>[] Rewritings =
    [
        static expression => expression,
        static expression => $"(({expression}))",
        static expression => $"({expression}) AND true",
        static expression => $"({expression})::boolean",
        static expression => $"(({expression}) OR false)",
    ];

    [Fact, Guarantee("RlsTesting", 4)]
    public async Task Every_spelling_is_judged_by_what_it_means()
    {
        var policies = (
            from grouped in Groups
            from spelling in grouped.Spellings
            from rewriting in Rewritings
            select (grouped.Rule, Expression: rewriting(spelling))).Select(static (policy, number) => (policy.Rule, Table: $"t{number}", policy.Expression)).ToList();
        await using var database = await AuditedDatabase.CreateAsync(server, """
            CREATE SCHEMA auth;
            CREATE FUNCTION auth.tenant() RETURNS text LANGUAGE sql STABLE AS $$ SELECT current_setting('app.tenant_id', true) $$;
            CREATE FUNCTION auth."Odd name"() RETURNS text LANGUAGE sql VOLATILE AS $$ SELECT 'x'::text $$;
            CREATE FUNCTION auth.is_mine(id text) RETURNS boolean LANGUAGE sql STABLE AS $$ SELECT id = current_setting('app.tenant_id', true) $$;
            CREATE OPERATOR auth.=== (FUNCTION = texteq, LEFTARG = text, RIGHTARG = text);
            CREATE TABLE memberships (tenant_id text, user_name text);
            """, string.Concat(policies.Select(static policy => $$"""
            CREATE TABLE {{policy.Table}} (tenant_id text, id uuid, is_public boolean NOT NULL, owner text, nullable text, at timestamptz, PRIMARY KEY (tenant_id, id));
            ALTER TABLE {{policy.Table}} ENABLE ROW LEVEL SECURITY; ALTER TABLE {{policy.Table}} FORCE ROW LEVEL SECURITY; GRANT SELECT ON {{policy.Table}} TO {app};
            CREATE POLICY one ON {{policy.Table}} FOR SELECT USING ({{policy.Expression.Replace("{table}", policy.Table, StringComparison.Ordinal)}});
            """)));

        var found = (await database.LintAsync()).ToLookup(static finding => finding.Object, static finding => finding.Rule, StringComparer.Ordinal);

        policies.Select(policy => (policy.Expression, Expected: policy.Rule, Found: string.Join(", ", found[$"one on public.{policy.Table}"])))
            .Where(static policy => policy.Found != policy.Expected).Should().BeEmpty();
        found.SelectMany(static rules => rules).Distinct(StringComparer.Ordinal).Should().HaveCount(3);
    }
}
