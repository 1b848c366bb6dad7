using Patterns.RlsTesting;

namespace Tenancy.Tests.RlsTesting.Lint;

public sealed class LintBehaviourTests(PostgresServer server)
{
    private const string Open = "CREATE TABLE rates (currency text); CREATE TABLE \"Odd name\" (id integer); CREATE SCHEMA other; CREATE TABLE other.rates (currency text); GRANT SELECT ON rates, \"Odd name\", other.rates TO {app};";

    [Fact, Guarantee("RlsTesting", 1)]
    public async Task A_table_that_nobody_decided_about_is_found_until_somebody_says_that_it_is_shared()
    {
        await using var database = await AuditedDatabase.CreateAsync(server, Open);

        (await database.LintAsync()).Should().AllSatisfy(static finding => finding.Should().BeEquivalentTo(new { Rule = "undecided-table", Severity = Severity.Error }))
            .And.Subject.Select(static finding => finding.Object).Should().Equal("public.\"Odd name\"", "public.rates");
        (await database.LintAsync(static audit => audit.Shared("public.rates", "public.Odd name"))).Should().BeEmpty();
    }

    [Fact]
    public async Task A_partition_of_a_shared_table_is_shared()
    {
        await using var database = await AuditedDatabase.CreateAsync(server, "CREATE TABLE tariffs (tenant_id text, year integer) PARTITION BY LIST (year); CREATE TABLE tariffs_2026 PARTITION OF tariffs FOR VALUES IN (2026); GRANT SELECT ON tariffs, tariffs_2026 TO {app};");

        (await database.LintAsync(static audit => audit.Shared("public.tariffs"))).Should().BeEmpty();
    }

    [Fact, Guarantee("RlsTesting", 1)]
    public async Task Only_what_the_application_can_reach_in_the_chosen_schemas_is_looked_at()
    {
        await using var database = await AuditedDatabase.CreateAsync(server, Open, "CREATE TABLE unreached (tenant_id text);");

        (await database.LintAsync(static audit => audit.Schemas("other"))).Should().BeEmpty("the application may not use the schema");

        await database.RunAsync("GRANT USAGE ON SCHEMA other TO {anon};");
        (await database.LintAsync(static audit => audit.Schemas("other"))).Should().BeEmpty("the anonymous role may use the schema, and nothing in it");

        await database.RunAsync("GRANT {other} TO {app}; GRANT USAGE ON SCHEMA other TO {other};");
        (await database.LintAsync(static audit => audit.Schemas("other"))).Should().ContainSingle().Which.Object.Should().Be("other.rates");
    }

    [Fact, Guarantee("RlsTesting", 1)]
    public async Task A_role_that_does_not_inherit_reaches_only_what_is_its_own()
    {
        await using var database = await AuditedDatabase.CreateAsync(server, "CREATE TABLE rates (currency text); GRANT SELECT ON rates TO {other}; GRANT {other} TO {app}; ALTER ROLE {app} NOINHERIT;");

        (await database.LintAsync()).Should().BeEmpty();

        await database.RunAsync("ALTER ROLE {app} INHERIT; REVOKE {other} FROM {app}; GRANT {other} TO {app};");
        (await database.LintAsync()).Should().ContainSingle().Which.Rule.Should().Be("undecided-table");
    }

    [Fact, Guarantee("RlsTesting", 1)]
    public async Task A_role_that_reads_all_data_reaches_what_nobody_granted()
    {
        await using var database = await AuditedDatabase.CreateAsync(server, "CREATE TABLE rates (currency text); GRANT pg_read_all_data TO {app};");

        (await database.LintAsync()).Should().ContainSingle().Which.Rule.Should().Be("undecided-table");
    }

    [Fact, Guarantee("RlsTesting", 5)]
    public async Task An_accepted_finding_is_gone_and_comes_back_as_stale_when_it_is_no_longer_there()
    {
        await using var database = await AuditedDatabase.CreateAsync(server, Gallery.Protected, "CREATE VIEW notes AS SELECT note FROM orders; GRANT SELECT ON notes TO {app};");
        static RlsAuditBuilder Accepting(RlsAuditBuilder audit) => audit.Ignore("view-as-owner", "public.notes", "It shows notes that are public.");
        (await database.LintAsync()).Should().ContainSingle().Which.Rule.Should().Be("view-as-owner");

        (await database.LintAsync(Accepting)).Should().BeEmpty();
        (await database.LintAsync(audit => Accepting(audit).Ignore("view-as-owner", "public.others", "It shows others that are public."))).Should().ContainSingle().Which.Object.Should().Be("public.others");

        await database.RunAsync("DROP VIEW notes;");
        var stale = (await database.LintAsync(Accepting)).Should().ContainSingle().Subject;
        stale.Should().BeEquivalentTo(new { Rule = "stale-ignore", Severity = Severity.Notice, Object = "public.notes" });
        stale.Evidence.Should().Contain("view-as-owner").And.Contain("It shows notes that are public.");
    }

    [Fact, Guarantee("RlsTesting", 5)]
    public void Nothing_is_ignored_without_a_reason()
    {
        using var source = Npgsql.NpgsqlDataSource.Create("Host=nowhere");

        RlsAudit.For(source).Invoking(static audit => audit.Ignore("view-as-owner", "public.notes", "because")).Should().Throw<ArgumentException>().WithMessage("*10 characters*view-as-owner*public.notes*");
    }

    [Fact]
    public async Task Findings_come_worst_first_then_by_object()
    {
        await using var database = await AuditedDatabase.CreateAsync(server, Gallery.Protected, "CREATE INDEX b ON orders (tenant_id, amount); GRANT REFERENCES ON orders, customers TO {app}; GRANT TRUNCATE ON orders TO {app};");

        (await database.LintAsync()).Select(static finding => (finding.Severity, finding.Rule, finding.Object)).Should().Equal(
            (Severity.Error, "truncate-granted", "public.orders"),
            (Severity.Warning, "references-granted", "public.customers"),
            (Severity.Warning, "references-granted", "public.orders"),
            (Severity.Notice, "index-not-leakproof", "public.b"));
    }

    [Fact]
    public async Task A_tenant_column_of_another_name_is_followed()
    {
        await using var database = await AuditedDatabase.CreateAsync(server, """
            CREATE TABLE notes ("Org" uuid, id uuid, PRIMARY KEY ("Org", id));
            ALTER TABLE notes ENABLE ROW LEVEL SECURITY; ALTER TABLE notes FORCE ROW LEVEL SECURITY;
            CREATE POLICY one ON notes USING ((SELECT current_setting('app.org', true))::uuid = "Org") WITH CHECK ("Org" = (SELECT current_setting('app.org', true))::uuid);
            GRANT SELECT ON notes TO {app};
            """);

        (await database.LintAsync(static audit => audit.TenantColumn("Org"))).Should().BeEmpty();
        (await database.LintAsync()).Should().BeEmpty("a table with a policy and without the tenant's column is scoped by its policy");
    }

    [Fact]
    public async Task A_key_without_the_tenant_and_the_foreign_key_that_points_at_it_are_both_found_and_mended_in_turn()
    {
        await using var database = await AuditedDatabase.CreateAsync(server, Gallery.Protected, """
            ALTER TABLE orders ADD UNIQUE (id), ADD parent uuid, ADD CONSTRAINT orders_parent FOREIGN KEY (parent) REFERENCES orders (id) ON DELETE SET NULL;
            """);
        var findings = await database.LintAsync();
        findings.Select(static finding => (finding.Rule, finding.Object, finding.Severity)).Should().Equal(
            ("foreign-key-without-tenant", "orders_parent on public.orders", Severity.Warning),
            ("unique-without-tenant", "public.orders_id_key", Severity.Notice));
        findings[1].Repair.Should().StartWith("-- Decide: ", "foreign keys point at it");

        await database.RunAsync(findings[0].Repair);
        var rest = (await database.LintAsync()).Should().ContainSingle().Subject;
        await database.RunAsync(rest.Repair);

        (await database.LintAsync()).Should().BeEmpty();
    }

    [Theory, Guarantee("RlsTesting", 3)]
    [InlineData("ALTER TABLE customers ADD CONSTRAINT mail UNIQUE (email) INCLUDE (id) DEFERRABLE INITIALLY DEFERRED", "UNIQUE (tenant_id, email) INCLUDE (id) DEFERRABLE INITIALLY DEFERRED")]
    [InlineData("CREATE UNIQUE INDEX mail ON customers (email COLLATE \"C\" text_pattern_ops DESC) INCLUDE (id) WHERE email <> ''",
        "CREATE UNIQUE INDEX mail ON public.customers USING btree (tenant_id, email COLLATE \"C\" text_pattern_ops DESC) INCLUDE (id) WHERE (email <> ''::text)")]
    public async Task A_key_that_gets_the_tenant_keeps_all_else_that_it_says(string key, string repaired)
    {
        await using var database = await AuditedDatabase.CreateAsync(server, Gallery.Protected, key);

        await database.RunAsync((await database.LintAsync()).Should().ContainSingle().Subject.Repair);

        (await database.LintAsync()).Should().BeEmpty();
        await using var command = database.DataSource.CreateCommand("SELECT coalesce((SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'mail'), pg_get_indexdef('mail'::regclass))");
        (await command.ExecuteScalarAsync(TestContext.Current.CancellationToken)).Should().Be(repaired);
    }

    [Fact]
    public async Task What_a_person_must_decide_is_a_comment_to_its_end_whatever_it_quotes()
    {
        await using var database = await AuditedDatabase.CreateAsync(server, Gallery.Protected, "CREATE TABLE \"rates\nDROP TABLE orders; --\" (currency text); GRANT SELECT ON \"rates\nDROP TABLE orders; --\" TO {app};");

        var repair = (await database.LintAsync()).Should().ContainSingle().Subject.Repair;

        repair.Should().StartWith("-- Decide: ").And.NotContainAny("\n", "\r");
    }

    [Fact]
    public async Task Roles_and_schemas_that_do_not_exist_are_refused_by_name()
    {
        await using var database = await AuditedDatabase.CreateAsync(server);

        await database.Invoking(static there => there.LintAsync(static audit => audit.Roles("nobody_at_all"))).Should().ThrowAsync<InvalidOperationException>().WithMessage("*'nobody_at_all'*Roles(...)*");
        await database.Invoking(static there => there.LintAsync(static audit => audit.Schemas("public", "absent"))).Should().ThrowAsync<InvalidOperationException>().WithMessage("*'absent'*Schemas(...)*");
    }
}
