using Npgsql;
using Patterns.RlsTesting;

namespace Tenancy.Tests.RlsTesting.Leaks;

/// <summary>What the matrix sees: on tables that are protected nothing, and of each planted leak exactly the commands that it opens.</summary>
public sealed class MatrixTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private const string Pin = "tenant_id = current_setting('app.tenant_id', true)";

    private static readonly ProbeCommand[] Foreign =
        [ProbeCommand.Select, ProbeCommand.Count, ProbeCommand.SelectForUpdate, ProbeCommand.InsertAsOther, ProbeCommand.InsertOnConflict, ProbeCommand.Update, ProbeCommand.Delete];

    private static readonly ProbeCommand[] All = [.. Foreign, ProbeCommand.UpdateMove];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    [Guarantee("RlsTesting", 8)]
    public async Task A_protected_table_is_safe_and_every_command_was_tried_as_everybody()
    {
        var shop = await Playground.NewAsync(database, Playground.Orders);

        var matrix = await shop.ProbeAsync();

        matrix.ThrowIfUnsafe();
        matrix.IsSafe.Should().BeTrue();
        ProbeCommand[] tenant =
            [.. All, ProbeCommand.InsertWithOthersId, ProbeCommand.RowSecurityOff, ProbeCommand.ReadOwn, ProbeCommand.InsertOwn, ProbeCommand.UpdateOwn, ProbeCommand.DeleteOwn];
        foreach (var identity in Enum.GetValues<ProbeIdentity>())
        {
            matrix.Probes.Where(p => p.Identity == identity).Select(p => p.Command)
                .Should().BeEquivalentTo(identity is ProbeIdentity.A or ProbeIdentity.B ? tenant : Foreign, $"that is what {identity} tries");
        }
    }

    public static TheoryData<string, string, ProbeCommand[]> Leaks => new()
    {
        { "no row security", "ALTER TABLE {s}.orders DISABLE ROW LEVEL SECURITY", [.. All, ProbeCommand.RowSecurityOff] },
        { "the application owns it and is not forced", "ALTER TABLE {s}.orders OWNER TO {app}; ALTER TABLE {s}.orders NO FORCE ROW LEVEL SECURITY", [.. All, ProbeCommand.RowSecurityOff] },
        { "one permissive policy that lets all pass", "CREATE POLICY open ON {s}.orders USING (true)", All },
        { "reads", "ALTER POLICY reads ON {s}.orders USING (true)", [ProbeCommand.Select, ProbeCommand.Count] },
        { "inserts", "ALTER POLICY inserts ON {s}.orders WITH CHECK (true)", [ProbeCommand.InsertAsOther] },
        { "which rows an update finds", "ALTER POLICY updates ON {s}.orders USING (true)", [ProbeCommand.Update] },
        { "what an update leaves", "ALTER POLICY updates ON {s}.orders WITH CHECK (true)", [ProbeCommand.UpdateMove] },
        { "deletes", "ALTER POLICY deletes ON {s}.orders USING (true)", [ProbeCommand.Delete] },
        { "reads and updates", "ALTER POLICY reads ON {s}.orders USING (true); ALTER POLICY updates ON {s}.orders USING (true)", [ProbeCommand.Select, ProbeCommand.Count, ProbeCommand.SelectForUpdate, ProbeCommand.Update] },
        {
            "a key without the tenant that meets another's row",
            "ALTER TABLE {s}.orders DROP CONSTRAINT orders_pkey, ADD PRIMARY KEY (id); ALTER POLICY reads ON {s}.orders USING (true); ALTER POLICY updates ON {s}.orders USING (true)",
            [ProbeCommand.Select, ProbeCommand.Count, ProbeCommand.SelectForUpdate, ProbeCommand.Update, ProbeCommand.InsertOnConflict]
        },
        { "a key that tells that it is taken", "ALTER TABLE {s}.orders ADD COLUMN email text NOT NULL UNIQUE", [ProbeCommand.InsertWithOthersId] },
    };

    [Theory]
    [MemberData(nameof(Leaks))]
    [Guarantee("RlsTesting", 8)]
    public async Task A_planted_leak_is_found_by_the_commands_that_it_opens_and_by_no_other(string leak, string sql, ProbeCommand[] opened)
    {
        var shop = await ByCommandAsync(sql);

        var matrix = await shop.ProbeAsync();

        matrix.IsSafe.Should().BeFalse();
        foreach (var identity in new[] { ProbeIdentity.A, ProbeIdentity.B })
            matrix.Probes.Where(p => !p.IsSafe && p.Identity == identity).Select(p => p.Command).Should().BeEquivalentTo(opened, $"{leak} is open to {identity}");
        matrix.Probes.Where(p => p.Identity == ProbeIdentity.Anonymous).Should().OnlyContain(p => p.IsSafe && p.Seen == ProbeOutcome.Refused, "the anonymous role has no grant");
    }

    [Theory]
    [InlineData("a missing setting", "current_setting('app.tenant_id', true) IS NULL", ProbeIdentity.NoTenant)]
    [InlineData("an empty setting", "current_setting('app.tenant_id', true) = ''", ProbeIdentity.NoTenant)]
    [InlineData("an unknown tenant", "NOT EXISTS (SELECT FROM unnest(ARRAY['acme', 'globex', '']) known WHERE known = coalesce(current_setting('app.tenant_id', true), ''))", ProbeIdentity.Nonexistent)]
    [InlineData("a visitor", "current_user LIKE 'anon%'", ProbeIdentity.Anonymous)]
    [Guarantee("RlsTesting", 8)]
    public async Task A_policy_that_lets_somebody_else_in_is_found_as_that_somebody(string who, string condition, ProbeIdentity identity)
    {
        var shop = await ByCommandAsync($"CREATE POLICY hole ON {{s}}.orders FOR SELECT USING ({condition}); {(identity == ProbeIdentity.Anonymous ? "GRANT SELECT ON {s}.orders TO {anon}" : "")}");
        // A connection that never had the setting: afterwards it is empty, not missing.
        await using var fresh = NpgsqlDataSource.Create(database.ConnectionString);

        var matrix = await shop.Audit(fresh).Build().ProbeAsync(Ct);

        matrix.Probes.Where(p => !p.IsSafe).Select(p => (p.Identity, p.Command)).Should().BeEquivalentTo([(identity, ProbeCommand.Select), (identity, ProbeCommand.Count)], who);
    }

    [Fact]
    [Guarantee("RlsTesting", 8)]
    public async Task The_failure_names_table_command_identity_and_what_was_expected_and_seen()
    {
        var shop = await ByCommandAsync("ALTER POLICY deletes ON {s}.orders USING (true)");
        var matrix = await shop.ProbeAsync();

        var failure = matrix.Invoking(m => m.ThrowIfUnsafe()).Should().Throw<RlsUnsafeException>().Which.Message;

        failure.Should().Contain($"{shop.Schema}.orders: Delete as A: expected NotReached, saw Reached");
        matrix.ToMarkdown().Should().Contain($"| {shop.Schema}.orders | Delete | A | NotReached | Reached | NO |").And.Contain($"| {shop.Schema}.orders | Select | A | NotReached | ZeroRows | yes |");
    }

    [Theory]
    [InlineData("policies for nobody", "DROP POLICY reads ON {s}.orders; DROP POLICY inserts ON {s}.orders; DROP POLICY updates ON {s}.orders; DROP POLICY deletes ON {s}.orders", 4)]
    [InlineData("no policy for deletes", "DROP POLICY deletes ON {s}.orders", 1)]
    [InlineData("a setting of another name", "ALTER POLICY reads ON {s}.orders USING (tenant_id = current_setting('app.tenant', true))", 3)]
    [Guarantee("RlsTesting", 10)]
    public async Task What_is_granted_and_lets_no_tenant_work_is_not_safe(string mistake, string sql, int commands)
    {
        var shop = await ByCommandAsync(sql);

        var unsafeProbes = (await shop.ProbeAsync()).Probes.Where(p => !p.IsSafe).ToList();

        unsafeProbes.Should().HaveCount(2 * commands, mistake).And.OnlyContain(p => p.Expected == ProbeExpectation.Reached && (p.Seen == ProbeOutcome.ZeroRows || p.Seen == ProbeOutcome.Refused));
        unsafeProbes.Should().Contain(p => p.Detail.Contains("revoke the grant, or add a policy"));
    }

    [Fact]
    [Guarantee("RlsTesting", 10)]
    public async Task A_role_that_is_granted_nothing_proves_nothing()
    {
        var shop = await ByCommandAsync("REVOKE ALL ON {s}.orders FROM {app}");

        var matrix = await shop.ProbeAsync();

        matrix.Probes.Should().OnlyContain(p => p.IsSafe && p.Seen == ProbeOutcome.Refused);
        matrix.IsSafe.Should().BeFalse();
        matrix.Invoking(m => m.ThrowIfUnsafe()).Should().Throw<RlsUnsafeException>().WithMessage("*nothing is proved*");
        (await shop.ProbeAsync(b => b.Shared($"{shop.Schema}.orders"))).Invoking(m => m.ThrowIfUnsafe()).Should().Throw<RlsUnsafeException>().WithMessage("There was no tenant table*");
    }

    [Fact]
    [Guarantee("RlsTesting", 11)]
    public async Task No_rows_and_a_refusal_are_told_apart()
    {
        var shop = await ByCommandAsync("REVOKE DELETE ON {s}.orders FROM {app}");

        var matrix = await shop.ProbeAsync();

        matrix.ThrowIfUnsafe();
        ProbeOutcome Seen(ProbeCommand command) => matrix.Probes.Single(p => p.Command == command && p.Identity == ProbeIdentity.A).Seen;
        Seen(ProbeCommand.Select).Should().Be(ProbeOutcome.ZeroRows);
        Seen(ProbeCommand.InsertAsOther).Should().Be(ProbeOutcome.Refused);
        Seen(ProbeCommand.UpdateMove).Should().Be(ProbeOutcome.Refused);
        Seen(ProbeCommand.Delete).Should().Be(ProbeOutcome.Refused);
        matrix.Probes.Where(p => p.Command == ProbeCommand.DeleteOwn).Should().OnlyContain(p => p.Expected == ProbeExpectation.NotReached && p.Seen == ProbeOutcome.Refused && p.Detail.StartsWith("42501"));
    }

    [Fact]
    [Guarantee("RlsTesting", 11)]
    public async Task A_policy_that_fails_without_a_tenant_is_closed_and_one_that_fails_as_a_tenant_is_not_proved()
    {
        var shop = await ByCommandAsync(
            """
            ALTER POLICY reads ON {s}.orders USING (tenant_id = current_setting('app.tenant_id'));
            CREATE FUNCTION {s}.stop() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.tenant_id <> current_setting('app.tenant_id') THEN RAISE 'not yours'; END IF; RETURN NEW; END $$;
            CREATE TRIGGER stop BEFORE INSERT ON {s}.orders FOR EACH ROW EXECUTE FUNCTION {s}.stop();
            """);
        await using var fresh = NpgsqlDataSource.Create(database.ConnectionString);

        var matrix = await shop.Audit(fresh).Build().ProbeAsync(Ct);

        matrix.Probes.Where(p => p.Identity == ProbeIdentity.NoTenant).Should().OnlyContain(p => p.IsSafe);
        matrix.Probes.Where(p => !p.IsSafe).Should().OnlyContain(p => (p.Command == ProbeCommand.InsertAsOther || p.Command == ProbeCommand.InsertOnConflict) && p.Seen == ProbeOutcome.Failed && p.Detail == "P0001: not yours").And.HaveCount(4);
    }

    [Fact]
    [Guarantee("RlsTesting", 8)]
    public async Task A_trigger_that_puts_the_own_tenant_into_a_row_is_no_leak()
    {
        var shop = await ByCommandAsync(
            """
            CREATE FUNCTION {s}.mine() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.tenant_id := coalesce(nullif(current_setting('app.tenant_id', true), ''), NEW.tenant_id); RETURN NEW; END $$;
            CREATE TRIGGER mine BEFORE INSERT OR UPDATE ON {s}.orders FOR EACH ROW EXECUTE FUNCTION {s}.mine();
            """);

        (await shop.ProbeAsync()).ThrowIfUnsafe();
    }

    [Fact]
    [Guarantee("RlsTesting", 8)]
    public async Task A_partition_that_can_be_reached_beside_its_parent_is_probed_too()
    {
        var shop = await Playground.NewAsync(
            database,
            Playground.Orders.Replace("PRIMARY KEY (tenant_id, id))", "PRIMARY KEY (tenant_id, id)) PARTITION BY HASH (id)", StringComparison.Ordinal) +
            "CREATE TABLE {s}.orders_0 PARTITION OF {s}.orders FOR VALUES WITH (MODULUS 2, REMAINDER 0); CREATE TABLE {s}.orders_1 PARTITION OF {s}.orders FOR VALUES WITH (MODULUS 2, REMAINDER 1)");
        (await shop.ProbeAsync()).ThrowIfUnsafe();

        await shop.ExecuteAsync("GRANT SELECT ON {s}.orders_1 TO {app}");
        var matrix = await shop.ProbeAsync();

        matrix.Probes.Where(p => !p.IsSafe && p.Identity == ProbeIdentity.A).Select(p => (p.Table, p.Command)).Should().BeEquivalentTo(
            [($"{shop.Schema}.orders_1", ProbeCommand.Select), ($"{shop.Schema}.orders_1", ProbeCommand.Count), ($"{shop.Schema}.orders_1", ProbeCommand.RowSecurityOff)]);
    }

    [Theory]
    [InlineData("uuid", "0a000000-0000-0000-0000-000000000001", "0b000000-0000-0000-0000-000000000002")]
    [InlineData("int", "1", "2")]
    [InlineData("smallint", "31000", "2")]
    [InlineData("char(4)", "acme", "glob")]
    [Guarantee("RlsTesting", 8)]
    public async Task The_tenant_may_be_of_any_type(string type, string a, string b)
    {
        var shop = await Playground.NewAsync(
            database,
            $$"""
            CREATE TABLE {s}.tenants (id {{type}} PRIMARY KEY, name text NOT NULL);
            CREATE TABLE {s}.orders (tenant_id {{type}} NOT NULL REFERENCES {s}.tenants, id bigint GENERATED ALWAYS AS IDENTITY, PRIMARY KEY (tenant_id, id));
            ALTER TABLE {s}.orders ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
            ALTER TABLE {s}.tenants ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
            CREATE POLICY pin ON {s}.orders USING (tenant_id = current_setting('app.tenant_id')::{{type}});
            CREATE POLICY pin ON {s}.tenants USING (id = current_setting('app.tenant_id')::{{type}});
            GRANT SELECT, INSERT, UPDATE, DELETE ON {s}.orders TO {app}; GRANT SELECT, UPDATE (name) ON {s}.tenants TO {app};
            """);

        var safe = await shop.ProbeAsync(audit => audit.As(Identity.Setting("app.tenant_id", a), Identity.Setting("app.tenant_id", b)));
        await shop.ExecuteAsync("ALTER POLICY pin ON {s}.orders USING (true); ALTER POLICY pin ON {s}.tenants USING (true)");
        var leaking = await shop.ProbeAsync(audit => audit.As(Identity.Setting("app.tenant_id", a), Identity.Setting("app.tenant_id", b)));

        safe.ThrowIfUnsafe();
        safe.Probes.Should().Contain(p => p.Table == shop.Schema + ".tenants" && p.Command == ProbeCommand.UpdateOwn && p.Seen == ProbeOutcome.Reached);
        leaking.Probes.Where(p => p.Table == shop.Schema + ".orders" && p.Identity == ProbeIdentity.Nonexistent && p.Command == ProbeCommand.Select).Should().OnlyContain(p => p.Seen == ProbeOutcome.Reached);
        leaking.Probes.Where(p => p.Table == shop.Schema + ".tenants" && p.Identity == ProbeIdentity.A && !p.IsSafe).Select(p => p.Command)
            .Should().BeEquivalentTo([ProbeCommand.Select, ProbeCommand.Count, ProbeCommand.SelectForUpdate, ProbeCommand.Update]);
    }

    [Fact]
    [Guarantee("RlsTesting", 8)]
    public async Task Claims_and_delegates_scope_the_probes_as_a_setting_does()
    {
        var shop = await Playground.NewAsync(database, Playground.Orders.Replace("current_setting('app.tenant_id', true)", "(nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub')", StringComparison.Ordinal));

        var claims = await shop.Audit().Roles("pg_monitor", shop.Anon)
            .As(Identity.Claims("""{"sub":"acme","role":"authenticated"}""", shop.App, "acme"), Identity.Claims("""{"sub":"globex"}""", shop.App, "globex")).Build().ProbeAsync(Ct);
        var custom = await shop.Audit().As(Identity.Custom("acme", ClaimAsync), Identity.Custom("globex", ClaimAsync)).Build().ProbeAsync(Ct);

        claims.ThrowIfUnsafe();
        custom.ThrowIfUnsafe();
        custom.Probes.Should().BeEquivalentTo(claims.Probes);

        static async Task ClaimAsync(NpgsqlConnection connection, string tenant, CancellationToken ct)
        {
            await using var command = new NpgsqlCommand("SELECT set_config('request.jwt.claims', jsonb_build_object('sub', $1::text)::text, true)", connection) { Parameters = { new() { Value = tenant } } };
            await command.ExecuteNonQueryAsync(ct);
        }
    }

    [Fact]
    [Guarantee("RlsTesting", 5)]
    public async Task A_leak_may_be_accepted_for_a_reason_and_is_told_when_it_is_none_any_more()
    {
        var shop = await ByCommandAsync("ALTER POLICY reads ON {s}.orders USING (true)");
        RlsAuditBuilder Accept(RlsAuditBuilder audit) => audit
            .Ignore("leak-select", shop.Schema + ".orders", "all tenants may read orders").Ignore("leak-count", shop.Schema + ".orders", "all tenants may read orders");

        var accepted = await shop.ProbeAsync(Accept);
        await shop.ExecuteAsync($"ALTER POLICY reads ON {{s}}.orders USING ({Pin})");
        var stale = await shop.ProbeAsync(Accept);

        accepted.ThrowIfUnsafe();
        accepted.Probes.Should().Contain(p => p.Command == ProbeCommand.Select && p.Seen == ProbeOutcome.Reached && p.Detail == "accepted: all tenants may read orders");
        stale.Invoking(m => m.ThrowIfUnsafe()).Should().Throw<RlsUnsafeException>().WithMessage("*2 of*no longer a leak: remove Ignore(\"leak-select\"*");
    }

    /// <summary>Orders under one policy for each command, changed as told.</summary>
    private Task<Playground> ByCommandAsync(string change) => Playground.NewAsync(
        database,
        $$"""
        CREATE TABLE {s}.orders (tenant_id text NOT NULL, id uuid NOT NULL, total int NOT NULL CHECK (total > 0), PRIMARY KEY (tenant_id, id));
        ALTER TABLE {s}.orders ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
        CREATE POLICY reads ON {s}.orders FOR SELECT USING ({{Pin}});
        CREATE POLICY inserts ON {s}.orders FOR INSERT WITH CHECK ({{Pin}});
        CREATE POLICY updates ON {s}.orders FOR UPDATE USING ({{Pin}}) WITH CHECK ({{Pin}});
        CREATE POLICY deletes ON {s}.orders FOR DELETE USING ({{Pin}});
        GRANT SELECT, INSERT, UPDATE, DELETE ON {s}.orders TO {app};
        {{change}}
        """);
}
