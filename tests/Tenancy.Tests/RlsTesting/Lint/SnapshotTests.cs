namespace Tenancy.Tests.RlsTesting.Lint;

public sealed class SnapshotTests(PostgresServer server)
{
    private const string Schema = """
        CREATE TABLE currencies (code text PRIMARY KEY);
        CREATE SEQUENCE numbers OWNED BY currencies.code;
        CREATE VIEW open_orders WITH (security_invoker = true) AS SELECT id FROM orders;
        CREATE FUNCTION order_count() RETURNS bigint LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS 'SELECT count(*) FROM orders';
        REVOKE EXECUTE ON FUNCTION order_count() FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION order_count() TO {app};
        GRANT SELECT ON currencies, open_orders TO {app}, {anon};
        GRANT USAGE ON SEQUENCE numbers TO {app};
        GRANT UPDATE (note) ON orders TO {anon};
        ALTER TABLE currencies OWNER TO {owner};
        ALTER VIEW open_orders OWNER TO {owner};
        ALTER FUNCTION order_count() OWNER TO {owner};
        ALTER SCHEMA public OWNER TO {owner};
        """;

    [Fact, Guarantee("RlsTesting", 1), Guarantee("RlsTesting", 6)]
    public async Task The_same_schema_gives_the_same_text_in_another_database()
    {
        await using var one = await AuditedDatabase.CreateAsync(server, Gallery.Protected, Schema);
        await using var other = await AuditedDatabase.CreateAsync(server, "CREATE TABLE gone (id integer); DROP TABLE gone;", Gallery.Protected, Schema);
        var first = await TakeAsync(one);

        (await TakeAsync(other)).Should().Be(first);
        first.Should().Be("""
            roles
              anon: anonymous
              app: application
            schemas
              public
                owner owner
                grant USAGE to PUBLIC
            relations
              public.currencies: table, shared, row-level security off
                owner owner
                grant SELECT to anon
                grant SELECT to app
              public.customers: table, row-level security forced, tenant_id text not null
                owner owner
                grant DELETE, INSERT, SELECT, UPDATE to app
                policy customers_tenant: permissive ALL to app
                  using (tenant_id = ( SELECT current_setting('app.tenant_id'::text, true) AS current_setting))
                  check (tenant_id = ( SELECT current_setting('app.tenant_id'::text, true) AS current_setting))
              public.numbers: sequence
                owner owner
                grant USAGE to app
              public.open_orders: view, as whoever reads it
                owner owner
                grant SELECT to anon
                grant SELECT to app
              public.orders: table, row-level security forced, tenant_id text not null
                owner owner
                grant DELETE, INSERT, SELECT, UPDATE to app
                grant UPDATE (note) to anon
                policy orders_tenant: permissive ALL to app
                  using (tenant_id = ( SELECT current_setting('app.tenant_id'::text, true) AS current_setting))
                  check (tenant_id = ( SELECT current_setting('app.tenant_id'::text, true) AS current_setting))
            security definer routines
              public.order_count(): search_path pg_catalog, public, pg_temp
                owner owner
                grant EXECUTE to app
            default privileges on tables
            findings
            ignored

            """.ReplaceLineEndings("\n"));
    }

    [Theory, Guarantee("RlsTesting", 6)]
    [InlineData("ALTER ROLE {app} LOGIN")]
    [InlineData("GRANT {other} TO {app}")]
    [InlineData("GRANT SELECT ON orders TO {anon}")]
    [InlineData("REVOKE UPDATE (note) ON orders FROM {anon}")]
    [InlineData("REVOKE USAGE ON SEQUENCE numbers FROM {app}")]
    [InlineData("GRANT EXECUTE ON FUNCTION order_count() TO {anon}")]
    [InlineData("ALTER FUNCTION order_count() SET search_path = public")]
    [InlineData("ALTER TABLE orders NO FORCE ROW LEVEL SECURITY")]
    [InlineData("ALTER TABLE orders OWNER TO {other}")]
    [InlineData("ALTER POLICY orders_tenant ON orders USING (true)")]
    [InlineData("ALTER POLICY orders_tenant ON orders TO {anon}")]
    [InlineData("ALTER POLICY orders_tenant ON orders RENAME TO renamed")]
    [InlineData("CREATE POLICY more ON orders AS RESTRICTIVE FOR DELETE USING (false)")]
    [InlineData("ALTER VIEW open_orders RESET (security_invoker)")]
    [InlineData("ALTER DEFAULT PRIVILEGES FOR ROLE {owner} GRANT SELECT ON TABLES TO {app}")]
    [InlineData("CREATE PUBLICATION everything FOR TABLE orders WHERE (tenant_id = 'a')")]
    [InlineData("CREATE TABLE more (id integer); GRANT SELECT ON more TO {app}")]
    [InlineData("CREATE UNIQUE INDEX ON customers (email)")]
    public async Task Any_change_to_who_sees_what_shows(string change)
    {
        await using var database = await AuditedDatabase.CreateAsync(server, Gallery.Protected, Schema);
        var before = await TakeAsync(database);

        await database.RunAsync(change);

        (await TakeAsync(database)).Should().NotBe(before);
    }

    [Fact]
    public async Task What_is_ignored_is_in_it_with_its_reason()
    {
        await using var database = await AuditedDatabase.CreateAsync(server, Gallery.Protected, "GRANT TRUNCATE ON orders TO {app};");

        var text = await database.Audit().Ignore("truncate-granted", "public.orders", "The nightly import empties it.").Build().SnapshotAsync(TestContext.Current.CancellationToken);

        text.Should().EndWith("findings\nignored\n  truncate-granted public.orders: The nightly import empties it.\n");
    }

    private static async Task<string> TakeAsync(AuditedDatabase database) =>
        database.Anonymised(await database.Audit().Shared("public.currencies").Build().SnapshotAsync(TestContext.Current.CancellationToken));
}
