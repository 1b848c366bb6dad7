using Npgsql;

namespace Tenancy.Tests.RlsTesting.Leaks;

/// <summary>The same behind PgBouncer in transaction mode, whose server connections others used before and will use after.</summary>
public sealed class PooledProbeTests(PostgresDatabase database, PgBouncer pooler) : IClassFixture<PostgresDatabase>, IClassFixture<PgBouncer>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    [Guarantee("RlsTesting", 8)]
    [Guarantee("RlsTesting", 14)]
    public async Task Probes_and_mutations_see_the_same_through_a_pooler_and_leave_nothing_on_its_connections()
    {
        var shop = await Playground.NewAsync(database, Playground.Orders);
        await using var pooled = NpgsqlDataSource.Create(pooler.Through(database.ConnectionString));
        var direct = (await shop.ProbeAsync(), await shop.MutateAsync());
        var audit = shop.Audit(pooled).Build();

        var matrices = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => audit.ProbeAsync(Ct)));
        var mutation = await audit.MutateAsync(ct: Ct);

        foreach (var matrix in matrices)
            matrix.Probes.Select(p => p with { Detail = "" }).Should().Equal(direct.Item1.Probes.Select(p => p with { Detail = "" }));
        mutation.Mutants.Should().Equal(direct.Item2.Mutants);
        await using var left = pooled.CreateCommand("SELECT current_user || coalesce(nullif(current_setting('app.tenant_id', true), ''), '') || count(*) FROM pg_proc WHERE proname LIKE 'patterns\\_%' GROUP BY ()");
        (await left.ExecuteScalarAsync(Ct)).Should().Be(new NpgsqlConnectionStringBuilder(database.ConnectionString).Username + "0");
    }
}
