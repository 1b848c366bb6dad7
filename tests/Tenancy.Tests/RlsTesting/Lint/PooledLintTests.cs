using Npgsql;

namespace Tenancy.Tests.RlsTesting.Lint;

public sealed class PooledLintTests(PostgresServer server, PgBouncer pooler) : IClassFixture<PgBouncer>
{
    [Fact, Guarantee("RlsTesting", 7)]
    public async Task Behind_a_transaction_pooler_the_findings_and_the_snapshot_are_the_same()
    {
        await using var database = await AuditedDatabase.CreateAsync(server, SubscriptionScaffold.Supabase, SubscriptionScaffold.Migration);
        await using var pooled = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(pooler.Through(database.ConnectionString)) { Pooling = false }.ConnectionString);

        (await database.Audit(pooled).Build().LintAsync(TestContext.Current.CancellationToken)).Should().Equal(await database.LintAsync()).And.NotBeEmpty();
        (await database.Audit(pooled).Build().SnapshotAsync(TestContext.Current.CancellationToken)).Should().Be(await database.Audit().Build().SnapshotAsync(TestContext.Current.CancellationToken));
    }
}
