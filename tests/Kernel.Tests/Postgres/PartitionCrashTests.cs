
namespace Kernel.Tests.Postgres;

/// <summary>The maintenance loses its connection at each of its steps, before the server has seen the statement or after it was carried out.</summary>
public sealed class PartitionCrashTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("CREATE TABLE", false)]
    [InlineData("CREATE TABLE", true)]
    [InlineData("SET state = 'detaching'", false)]
    [InlineData("SET state = 'detaching'", true)]
    [InlineData("CONCURRENTLY", false)]
    [InlineData("CONCURRENTLY", true)]
    [InlineData("SET state = 'detached'", false)]
    [InlineData("SET state = 'detached'", true)]
    [InlineData("DROP TABLE", false)]
    [InlineData("DROP TABLE", true)]
    [InlineData("DELETE FROM \"crash", false)]
    [Guarantee("Postgres", 15)]
    public async Task A_run_that_dies_is_finished_by_the_next(string statement, bool afterwards)
    {
        var schema = "crash_" + Guid.CreateVersion7().ToString("N");
        await using var proxy = PostgresProxy.Start(database.ConnectionString);
        await using var doomed = await PartitionedTable.NewAsync(proxy.ConnectionString, schema);
        await using var next = await PartitionedTable.NewAsync(database.ConnectionString, schema);
        var today = await next.NowAsync();
        await next.Partitions.MaintainAsync(Ct);
        await next.InsertAsync(1);
        await next.AdvanceAsync(TimeSpan.FromDays(3));
        await next.InsertAsync(2);
        await next.AdvanceAsync(TimeSpan.FromDays(2));

        if (afterwards)
            proxy.CutAfter(statement);
        else
            proxy.CutBefore(statement);
        await doomed.Partitions.Awaiting(p => p.MaintainAsync(Ct)).Should().ThrowAsync<Exception>();
        proxy.Cuts.Should().Be(1);

        await EndOfWhatWasCutOffAsync(next);
        await next.AdvanceAsync(TimeSpan.FromMinutes(6));
        await next.Partitions.MaintainAsync(Ct);
        (await next.PartitionsAsync()).Should().HaveCount(11).And.StartWith(PartitionedTable.Name(today.AddDays(2)));
        (await next.ScalarAsync<long>("SELECT count(*) FROM pg_class WHERE relnamespace = '{schema}'::regnamespace AND relkind = 'r' AND relname LIKE 'readings_p%'")).Should().Be(11);
        (await next.ScalarAsync<long>("SELECT count(*) FROM {schema}.time_partitions WHERE state = 'attached'")).Should().Be(11);
        (await next.ValuesAsync()).Should().Equal(2);
    }

    [Theory]
    [InlineData("SET state = 'detaching'", true)]
    [InlineData("CONCURRENTLY", true)]
    [InlineData("DROP TABLE", false)]
    [InlineData("DROP TABLE", true)]
    public async Task What_was_asked_to_be_dropped_is_dropped_by_the_next_call(string statement, bool afterwards)
    {
        var schema = "asked_" + Guid.CreateVersion7().ToString("N");
        await using var proxy = PostgresProxy.Start(database.ConnectionString);
        await using var doomed = await PartitionedTable.NewAsync(proxy.ConnectionString, schema);
        await using var next = await PartitionedTable.NewAsync(database.ConnectionString, schema);
        var tomorrow = new DateTimeOffset((await next.NowAsync()).Date.AddDays(1), TimeSpan.Zero);
        await next.Partitions.MaintainAsync(Ct);
        await next.InsertAsync(1);
        await next.AdvanceAsync(TimeSpan.FromDays(1));
        await next.InsertAsync(2);

        if (afterwards)
            proxy.CutAfter(statement);
        else
            proxy.CutBefore(statement);
        await doomed.Partitions.Awaiting(p => p.DropBeforeAsync("readings", tomorrow, Ct)).Should().ThrowAsync<Exception>();
        proxy.Cuts.Should().Be(1);

        await EndOfWhatWasCutOffAsync(next);
        await next.AdvanceAsync(TimeSpan.FromMinutes(6));
        (await next.Partitions.DropBeforeAsync("readings", tomorrow, Ct)).Should().BeTrue();
        (await next.ValuesAsync()).Should().Equal(2);
        (await next.ScalarAsync<long>("SELECT count(*) FROM {schema}.time_partitions WHERE state = 'attached'")).Should().Be(7);
    }

    [Fact]
    public async Task A_partition_whose_export_was_cancelled_is_exported_again()
    {
        using var stop = new CancellationTokenSource();
        var shown = 0;
        await using var application = await PartitionedTable.NewAsync(database.ConnectionString, "cancelled", async (_, ct) =>
        {
            shown++;
            await stop.CancelAsync();
            ct.ThrowIfCancellationRequested();
        });
        var today = await application.NowAsync();
        await application.Partitions.MaintainAsync(Ct);
        await application.AdvanceAsync(TimeSpan.FromDays(4));

        await application.Partitions.Awaiting(p => p.MaintainAsync(stop.Token)).Should().ThrowAsync<OperationCanceledException>();
        (await application.ExistsAsync(PartitionedTable.Name(today))).Should().BeTrue();

        await application.Partitions.MaintainAsync(Ct);
        shown.Should().Be(2);
        (await application.ExistsAsync(PartitionedTable.Name(today))).Should().BeFalse();
    }

    // Until the server has noticed the cut, its transaction is one that the next call leaves alone.
    private static Task EndOfWhatWasCutOffAsync(Application table) => Eventually.HoldsAsync(
        "what was cut off has ended", () => table.ScalarAsync<bool>("SELECT NOT EXISTS (SELECT FROM pg_locks WHERE relation = '{schema}.time_partitions'::regclass AND pid <> pg_backend_pid())"));
}
