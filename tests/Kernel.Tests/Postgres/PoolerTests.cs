using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Patterns.Postgres;

namespace Kernel.Tests.Postgres;

/// <summary>What is different behind PgBouncer in transaction mode.</summary>
public sealed class PoolerTests(PostgresDatabase database, PgBouncer pooler) : IClassFixture<PostgresDatabase>, IClassFixture<PgBouncer>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    [Guarantee("Postgres", 9)]
    public async Task Hot_statements_are_not_prepared_and_the_log_says_so_once()
    {
        await using var application = new Application(pooler.Through(database.ConnectionString));

        await Task.WhenAll(Enumerable.Range(0, 64).Select(i => application.Postgres.RunAsync(async (transaction, ct) =>
        {
            await using var hot = new NpgsqlCommand("SELECT $1::int", transaction.Connection, transaction) { Parameters = { new NpgsqlParameter<int> { TypedValue = i } } };
            await application.Postgres.PrepareAsync(hot, ct);
            hot.IsPrepared.Should().BeFalse();
            (await hot.ExecuteScalarAsync(ct)).Should().Be(i);
        }, ct: Ct).AsTask()));

        application.Logged.Should().ContainSingle(line => line.Contains("pooler stands between")).Which.Should().Contain("Always");
    }

    [Fact]
    [Guarantee("Postgres", 9)]
    public async Task A_write_that_finds_no_partition_makes_it()
    {
        var script = new ScriptAssembly(("0001_x", "CREATE TABLE {schema}.pooled (at timestamptz NOT NULL DEFAULT {schema}.now()) PARTITION BY RANGE (at);"));
        await using var application = new Application(pooler.Through(database.ConnectionString), more: services => services
            .AddSchemaScripts("pooled", script)
            .AddTimePartitions(new("pooled", PartitionInterval.Hour, TimeSpan.FromDays(1))));
        await application.Schema.ApplyAsync(Ct);

        await application.Postgres.RunAsync(async (transaction, ct) =>
        {
            await using var insert = new NpgsqlCommand(application.Postgres.Sql("INSERT INTO {schema}.pooled DEFAULT VALUES"), transaction.Connection, transaction);
            await insert.ExecuteNonQueryAsync(ct);
        }, ct: Ct);

        (await application.ScalarAsync<long>("SELECT count(*) FROM {schema}.pooled")).Should().Be(1);
    }
}
