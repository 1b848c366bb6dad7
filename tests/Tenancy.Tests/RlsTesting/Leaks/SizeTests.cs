using Npgsql;

namespace Tenancy.Tests.RlsTesting.Leaks;

/// <summary>Many tables, and many runs at once.</summary>
public sealed class SizeTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    [Guarantee("RlsTesting", 17)]
    public async Task A_hundred_tables_are_probed_with_a_few_trips_for_each()
    {
        var shop = await Playground.NewAsync(database, Tables(100));
        await using var proxy = SyncCountingProxy.Start(database.ConnectionString);
        await using var source = NpgsqlDataSource.Create(proxy.ConnectionString);

        var matrix = await shop.Audit(source).Build().ProbeAsync(Ct);

        matrix.ThrowIfUnsafe();
        matrix.Probes.Select(p => p.Table).Distinct(StringComparer.Ordinal).Should().HaveCount(100);
        proxy.Trips.Should().BeLessThan(100 * 5);
    }

    [Fact]
    [Guarantee("RlsTesting", 17)]
    public async Task Runs_on_one_database_at_once_see_what_each_sees_alone()
    {
        // One row for each tenant: the rows of one run would be in the way of the next.
        var shop = await Playground.NewAsync(database, Tables(5) + "ALTER TABLE {s}.t3 ADD UNIQUE (tenant_id); ALTER POLICY pin ON {s}.t4 WITH CHECK (true)");
        var alone = (await shop.ProbeAsync(), await shop.MutateAsync());

        var probes = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => shop.ProbeAsync()));
        var mutants = await Task.WhenAll(shop.MutateAsync(), shop.MutateAsync(), shop.MutateAsync());
        var mixed = (shop.ProbeAsync(), shop.MutateAsync());

        foreach (var matrix in probes.Append(await mixed.Item1))
            matrix.Probes.Select(p => p with { Detail = "" }).Should().Equal(alone.Item1.Probes.Select(p => p with { Detail = "" }));
        foreach (var report in mutants.Append(await mixed.Item2))
            report.Mutants.Should().Equal(alone.Item2.Mutants);
    }

    private static string Tables(int count)
    {
        return string.Concat(Enumerable.Range(0, count).Select(i =>
        {
            var (root, key) = (i - (i % 10), $", FOREIGN KEY (tenant_id, parent) REFERENCES {{s}}.t{i - (i % 10)}");
            return $$"""
                CREATE TABLE {s}.t{{i}} (tenant_id text NOT NULL, id uuid NOT NULL, name text NOT NULL, state text NOT NULL CHECK (state IN ('open', 'closed')), amount numeric(12, 2) NOT NULL,
                    parent uuid{{(i == root ? "" : " NOT NULL")}}, at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (tenant_id, id){{(i == root ? "" : key)}});
                ALTER TABLE {s}.t{{i}} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
                CREATE POLICY pin ON {s}.t{{i}} USING (tenant_id = (SELECT current_setting('app.tenant_id', true))) WITH CHECK (tenant_id = (SELECT current_setting('app.tenant_id', true)));
                GRANT SELECT, INSERT, UPDATE, DELETE ON {s}.t{{i}} TO {app};

                """;
        }));
    }
}
