using Npgsql;
using Patterns.RlsTesting;

namespace Tenancy.Tests.RlsTesting.Mutation;

/// <summary>Weakened policies, who notices, and who does not.</summary>
public sealed class MutationTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private const string Pin = "tenant_id = current_setting('app.tenant_id', true)";

    private const string ByCommand =
        $$"""
        CREATE TABLE {s}.orders (tenant_id text NOT NULL, id uuid NOT NULL, total int NOT NULL, PRIMARY KEY (tenant_id, id));
        CREATE TABLE {s}.lines (tenant_id text NOT NULL, order_id uuid NOT NULL, n int NOT NULL, PRIMARY KEY (tenant_id, order_id, n), FOREIGN KEY (tenant_id, order_id) REFERENCES {s}.orders);
        ALTER TABLE {s}.orders ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
        CREATE POLICY reads ON {s}.orders FOR SELECT USING ({{Pin}});
        CREATE POLICY inserts ON {s}.orders FOR INSERT WITH CHECK ({{Pin}});
        CREATE POLICY updates ON {s}.orders FOR UPDATE USING ({{Pin}});
        CREATE POLICY deletes ON {s}.orders FOR DELETE USING ({{Pin}});
        ALTER TABLE {s}.lines ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
        CREATE POLICY pin ON {s}.lines AS RESTRICTIVE USING ({{Pin}}) WITH CHECK ({{Pin}});
        CREATE POLICY rest ON {s}.lines USING (true);
        GRANT SELECT, INSERT, UPDATE, DELETE ON {s}.orders, {s}.lines TO {app};
        """;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    [Guarantee("RlsTesting", 14)]
    public async Task The_matrix_notices_every_way_to_weaken_policies_of_every_kind()
    {
        var shop = await Playground.NewAsync(database, ByCommand);

        var report = await shop.MutateAsync();

        report.Mutants.Select(m => $"{m.Table[(shop.Schema.Length + 1)..]} {m.Policy} {m.Kind}").Should().Equal(
            "lines  Disabled", "lines pin UsingTrue", "lines pin WithCheckTrue", "lines pin RestrictiveDropped",
            "orders  Disabled", "orders deletes UsingTrue", "orders inserts WithCheckTrue", "orders reads UsingTrue", "orders updates UsingTrue", "orders updates WithCheckTrue");
        report.Survived.Should().BeEmpty();
        report.Score.Should().Be(1);
        report.ThrowIfBelow(1);
    }

    [Fact]
    [Guarantee("RlsTesting", 14)]
    public async Task That_row_security_is_forced_is_noticed_where_the_application_is_the_owner()
    {
        var shop = await Playground.NewAsync(database, Playground.Orders + "GRANT {owner} TO {app}; ALTER TABLE {s}.orders OWNER TO {owner}");

        var report = await shop.MutateAsync();

        report.Mutants.Should().ContainSingle(m => m.Kind == MutationKind.NotForced && m.NoticedByMatrix);
        report.ThrowIfBelow(1);
    }

    [Fact]
    [Guarantee("RlsTesting", 14)]
    public async Task A_suite_that_never_tries_to_write_for_another_tenant_misses_exactly_that_mutant()
    {
        var shop = await Playground.NewAsync(
            database,
            $$"""
            CREATE TABLE {s}.orders (tenant_id text NOT NULL, id int NOT NULL, PRIMARY KEY (tenant_id, id));
            INSERT INTO {s}.orders VALUES ('acme', 1), ('globex', 2);
            ALTER TABLE {s}.orders ENABLE ROW LEVEL SECURITY;
            CREATE POLICY pin ON {s}.orders USING ({{Pin}}) WITH CHECK ({{Pin}});
            GRANT SELECT, INSERT, UPDATE, DELETE ON {s}.orders TO {app};
            """);

        var report = await shop.MutateAsync(async (connection, ct) =>
        {
            await using var scope = new NpgsqlCommand(shop.Fill("SET LOCAL ROLE {app}; SET LOCAL app.tenant_id = 'acme'"), connection);
            await scope.ExecuteNonQueryAsync(ct);
            await using var foreign = new NpgsqlCommand(shop.Fill("SELECT count(*) FROM {s}.orders WHERE tenant_id = 'globex'"), connection);
            (await foreign.ExecuteScalarAsync(ct)).Should().Be(0L);
        });

        report.MissedByTest.Select(m => (m.Policy, m.Kind)).Should().Equal(("pin", MutationKind.WithCheckTrue));
        report.MissedByTest.Should().OnlyContain(m => m.NoticedByMatrix, "the probes try what the suite does not");
        report.Survived.Should().BeEmpty();
    }

    [Fact]
    [Guarantee("RlsTesting", 14)]
    public async Task A_policy_that_another_makes_superfluous_survives_and_is_named()
    {
        var shop = await Playground.NewAsync(database, Playground.Orders + $"CREATE POLICY twin ON {{s}}.orders AS RESTRICTIVE FOR SELECT USING ({Pin})");

        var report = await shop.MutateAsync();

        report.Survived.Select(m => (m.Policy, m.Kind)).Should().Equal(("twin", MutationKind.UsingTrue), ("twin", MutationKind.RestrictiveDropped));
        report.Score.Should().BeApproximately(1 - (2.0 / report.Mutants.Count), 1e-9);
        report.Invoking(r => r.ThrowIfBelow(1)).Should().Throw<RlsUnsafeException>().WithMessage($"*2 of {report.Mutants.Count}*{shop.Schema}.orders, policy twin: UsingTrue*");
        report.Invoking(r => r.ThrowIfBelow(1.1)).Should().Throw<ArgumentOutOfRangeException>();
        report.ThrowIfBelow(0.5);
    }

    [Fact]
    [Guarantee("RlsTesting", 14)]
    public async Task A_database_that_was_not_named_is_not_touched()
    {
        var shop = await Playground.NewAsync(database, Playground.Orders);
        var name = new NpgsqlConnectionStringBuilder(database.ConnectionString).Database;
        var audit = RlsAudit.For(shop.Source).Schemas(shop.Schema).Roles(shop.App).As(Identity.Setting("app.tenant_id", "x"), Identity.Setting("app.tenant_id", "y")).AllowMutationOn("another");

        await audit.Build().Invoking(a => a.MutateAsync(null, Ct)).Should().ThrowAsync<InvalidOperationException>().WithMessage($"*AllowMutationOn(\"{name}\")*");
    }

    [Fact]
    public async Task A_test_that_fails_by_itself_proves_nothing()
    {
        var shop = await Playground.NewAsync(database, Playground.Orders);

        var mutate = () => shop.MutateAsync((_, _) => throw new InvalidOperationException("mine"));

        (await mutate.Should().ThrowAsync<InvalidOperationException>().WithMessage("*could notice no change*")).WithInnerException<InvalidOperationException>().WithMessage("mine");
    }

    [Fact]
    public async Task A_test_that_breaks_its_transaction_notices_and_one_that_ends_it_is_told()
    {
        var shop = await Playground.NewAsync(database, Playground.Orders);

        var report = await shop.MutateAsync(async (connection, ct) =>
        {
            await using var command = new NpgsqlCommand(shop.Fill("DO $$ BEGIN IF NOT row_security_active('{s}.orders') AND NOT (SELECT relrowsecurity FROM pg_class WHERE oid = '{s}.orders'::regclass) THEN RAISE 'open'; END IF; END $$"), connection);
            await command.ExecuteNonQueryAsync(ct);
        });
        var ending = () => shop.MutateAsync(async (connection, ct) =>
        {
            await using var command = new NpgsqlCommand("ROLLBACK", connection);
            await command.ExecuteNonQueryAsync(ct);
        });

        report.Mutants.Where(m => m.NoticedByTest).Select(m => m.Kind).Should().Equal(MutationKind.Disabled);
        await ending.Should().ThrowAsync<InvalidOperationException>().WithMessage("*must not COMMIT or ROLLBACK*");
    }

    [Fact]
    [Guarantee("RlsTesting", 16)]
    public async Task A_table_in_use_is_not_waited_for_and_the_process_that_uses_it_is_named()
    {
        var shop = await Playground.NewAsync(database, Playground.Orders);
        await using var reader = await shop.Source.OpenConnectionAsync(Ct);
        await using var transaction = await reader.BeginTransactionAsync(Ct);
        await using (var read = new NpgsqlCommand(shop.Fill("SELECT count(*) FROM {s}.orders"), reader, transaction))
            await read.ExecuteNonQueryAsync(Ct);

        var busy = (await shop.Invoking(s => s.MutateAsync()).Should().ThrowAsync<RlsBusyException>()).Which;

        busy.BlockingProcessId.Should().Be(reader.ProcessID);
        busy.Message.Should().Contain($"{shop.Schema}.orders").And.Contain($"process {reader.ProcessID}");
        (await shop.ProbeAsync()).IsSafe.Should().BeTrue("probes alone wait for nobody who reads");
    }
}
