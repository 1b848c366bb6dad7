using Npgsql;
using Patterns.Postgres;

namespace Kernel.Tests.Postgres;

/// <summary>The table keeps its rows for three days and has seven partitions of a day ahead, so with today's it holds at most eleven and a bit.</summary>
public abstract class PartitionMaintenanceTests(Func<string> connectionString)
{
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    [Guarantee("Postgres", 15)]
    public async Task Partitions_are_made_ahead_as_time_goes_by()
    {
        await using var application = await NewAsync("ahead");
        var today = await application.NowAsync();

        await application.Partitions.MaintainAsync(Ct);
        (await application.PartitionsAsync()).Should().Equal(Days(today, 0, 7));

        await application.AdvanceAsync(Day);
        await application.Partitions.MaintainAsync(Ct);
        await application.Partitions.MaintainAsync(Ct);
        (await application.PartitionsAsync()).Should().Equal(Days(today, 0, 8));
    }

    [Fact]
    [Guarantee("Postgres", 15)]
    public async Task A_partition_is_dropped_when_all_of_it_is_past_Keep_and_never_earlier()
    {
        await using var application = await NewAsync("keep");
        var today = await application.NowAsync();
        await application.Partitions.MaintainAsync(Ct);
        await application.InsertAsync(1);

        // A minute before the partition's last moment is three days old.
        await application.AdvanceAsync(new DateTimeOffset(today.Date, TimeSpan.Zero) + (4 * Day) - TimeSpan.FromMinutes(1) - await application.NowAsync());
        await application.Partitions.MaintainAsync(Ct);
        (await application.ValuesAsync()).Should().Equal(1);

        await application.AdvanceAsync(TimeSpan.FromMinutes(1));
        await application.Partitions.MaintainAsync(Ct);
        (await application.ValuesAsync()).Should().BeEmpty();
        (await application.PartitionsAsync()).Should().Equal(Days(today, 1, 11));
        (await application.ExistsAsync(PartitionedTable.Name(today))).Should().BeFalse();
        (await application.ScalarAsync<long>("SELECT count(*) FROM {schema}.time_partitions")).Should().Be(11, "one row for each that is there");
    }

    [Fact]
    [Guarantee("Postgres", 15)]
    public async Task What_ended_before_a_moment_can_be_dropped_before_its_time()
    {
        await using var application = await NewAsync("early");
        var today = await application.NowAsync();
        var midnight = new DateTimeOffset(today.Date, TimeSpan.Zero);
        await application.Partitions.MaintainAsync(Ct);
        await application.InsertAsync(1);
        await application.AdvanceAsync(Day);
        await application.InsertAsync(2);
        var drop = (DateTimeOffset before) => application.Partitions.DropBeforeAsync("readings", before, Ct);

        (await drop(midnight + Day - TimeSpan.FromMilliseconds(1))).Should().BeTrue("nothing ended that early");
        (await application.ValuesAsync()).Should().Equal(1, 2);

        (await drop(midnight + Day)).Should().BeTrue();
        (await application.ValuesAsync()).Should().Equal(2);
        (await application.ExistsAsync(PartitionedTable.Name(today))).Should().BeFalse();

        (await drop(midnight + Day + TimeSpan.FromMinutes(1))).Should().BeTrue("what holds a later moment is not asked for");
        (await application.ValuesAsync()).Should().Equal(2);
        (await application.PartitionsAsync()).Should().Equal(Days(today, 1, 7));
    }

    [Fact]
    public async Task What_cannot_be_dropped_yet_is_said()
    {
        var (arrived, go) = (new TaskCompletionSource(), new TaskCompletionSource());
        await using var first = await NewAsync("asked", async (_, _) =>
        {
            arrived.TrySetResult();
            await go.Task;
        });
        await using var second = await NewAsync("asked");
        var tomorrow = new DateTimeOffset((await first.NowAsync()).Date, TimeSpan.Zero) + Day;
        await first.Partitions.MaintainAsync(Ct);
        await first.AdvanceAsync(Day);

        var dropping = first.Partitions.DropBeforeAsync("readings", tomorrow, Ct);
        await arrived.Task;
        (await second.Partitions.DropBeforeAsync("readings", tomorrow, Ct)).Should().BeFalse("the first is at it");
        go.SetResult();
        (await dropping).Should().BeTrue();
        (await second.Partitions.DropBeforeAsync("readings", tomorrow, Ct)).Should().BeTrue();

        await first.Partitions.Awaiting(p => p.DropBeforeAsync("readings", tomorrow + (7 * Day), Ct)).Should().ThrowAsync<ArgumentOutOfRangeException>().WithMessage("*now by the database's clock*");
        await first.Partitions.Awaiting(p => p.DropBeforeAsync("unknown", tomorrow, Ct)).Should().ThrowAsync<ArgumentException>().WithMessage("*'unknown' is not registered*");
    }

    [Fact]
    public async Task What_a_reader_still_uses_is_left_to_a_later_run_and_nobody_waits_for_it()
    {
        var time = new FakeTime();
        await using var application = await NewAsync("reader", time: time);
        var today = await application.NowAsync();
        await application.Partitions.MaintainAsync(Ct);
        await application.InsertAsync(1);
        await using var connection = await application.Postgres.DataSource.OpenConnectionAsync(Ct);
        await using var reading = await connection.BeginTransactionAsync(Ct);
        await using var read = new NpgsqlCommand(application.Postgres.Sql("SELECT count(*) FROM {schema}.readings"), connection, reading);
        (await read.ExecuteScalarAsync(Ct)).Should().Be(1L);

        await application.AdvanceAsync(6 * Day);
        var maintenance = application.Partitions.MaintainAsync(Ct);
        await Eventually.HoldsAsync("the detachment waits for the reader", () => application.ScalarAsync<bool>("SELECT EXISTS (SELECT FROM pg_inherits WHERE inhparent = '{schema}.readings'::regclass AND inhdetachpending)"));
        await application.InsertAsync(2);
        (await application.ValuesAsync()).Should().Equal(2);
        await time.RunsOutAsync(maintenance);

        application.Logged.Should().ContainSingle(line => line.Contains($"Partition {PartitionedTable.Name(today)} of table readings is in use"));
        (await application.ExistsAsync(PartitionedTable.Name(today))).Should().BeTrue();

        await reading.CommitAsync(Ct);
        await application.Partitions.MaintainAsync(Ct);
        (await application.PartitionsAsync()).Should().Equal(Days(today, 3, 13)).And.NotContain(PartitionedTable.Name(today));
        (await application.ExistsAsync(PartitionedTable.Name(today))).Should().BeFalse();
    }

    [Fact]
    public async Task Rows_can_be_moved_out_of_a_partition_and_move_only_if_it_is_dropped()
    {
        var fail = true;
        await using var application = await NewAsync("move", async (partition, ct) =>
        {
            await using var move = new NpgsqlCommand($"INSERT INTO {partition.Table} (at, value) SELECT at + interval '6 days', value FROM {partition.Partition}", partition.Transaction.Connection, partition.Transaction);
            await move.ExecuteNonQueryAsync(ct);
            if (fail && partition.To - partition.From == Day && partition.Partition.Contains(PartitionedTable.Name(First), StringComparison.Ordinal))
                throw new FormatException("no room for the export");
        });
        First = await application.NowAsync();
        await application.Partitions.MaintainAsync(Ct);
        await application.InsertAsync(1);
        await application.AdvanceAsync(Day);
        await application.InsertAsync(2);

        await application.AdvanceAsync(5 * Day);
        (await application.Partitions.Awaiting(p => p.MaintainAsync(Ct)).Should().ThrowAsync<AggregateException>())
            .WithInnerException<Exception>().WithMessage($"*{PartitionedTable.Name(First)}*is kept*").WithInnerException<FormatException>();
        (await application.ValuesAsync()).Should().Equal([2], "the second day was moved and dropped although the first one failed");
        (await application.ExistsAsync(PartitionedTable.Name(First))).Should().BeTrue();

        fail = false;
        await application.Partitions.MaintainAsync(Ct);
        await application.Partitions.MaintainAsync(Ct);
        (await application.ValuesAsync()).Should().Equal(1, 2);
        (await application.ExistsAsync(PartitionedTable.Name(First))).Should().BeFalse();
    }

    [Fact]
    public async Task One_instance_works_at_a_time_and_another_takes_over_after_five_minutes()
    {
        var (arrived, go) = (new TaskCompletionSource(), new TaskCompletionSource());
        var shown = 0;
        await using var first = await NewAsync("claims", async (_, _) =>
        {
            Interlocked.Increment(ref shown);
            arrived.TrySetResult();
            await go.Task;
        }, new FakeTime());
        await using var second = await NewAsync("claims", (_, _) =>
        {
            Interlocked.Increment(ref shown);
            return default;
        });
        await first.Partitions.MaintainAsync(Ct);
        await first.AdvanceAsync(4 * Day);

        var frozen = first.Partitions.MaintainAsync(Ct);
        await arrived.Task;
        await first.ExecuteAsync("DROP TABLE {schema}.readings_p" + (await first.NowAsync() + (7 * Day)).UtcDateTime.ToString("yyyyMMdd", System.Globalization.CultureInfo.InvariantCulture));
        await second.Partitions.MaintainAsync(Ct);
        (await second.PartitionsAsync()).Should().HaveCount(10, "the first is at it");

        await first.AdvanceAsync(TimeSpan.FromMinutes(6));
        await second.Partitions.MaintainAsync(Ct);
        (await second.PartitionsAsync()).Should().HaveCount(11);
        shown.Should().Be(1, "what the first one holds is not shown to the second");

        go.SetResult();
        await frozen;
        (await second.ScalarAsync<long>("SELECT count(*) FROM {schema}.time_partitions WHERE state <> 'attached'")).Should().Be(0);
        (await second.ScalarAsync<long>("SELECT count(*) FROM {schema}.maintenance_claims")).Should().Be(0);
    }

    [Fact]
    public async Task Rows_in_a_default_partition_are_reported_and_stop_nothing_else()
    {
        await using var application = await NewAsync("fallback");
        var today = await application.NowAsync();
        await application.Partitions.MaintainAsync(Ct);
        await application.InsertAsync(1);
        await application.ExecuteAsync("CREATE TABLE {schema}.readings_rest PARTITION OF {schema}.readings DEFAULT");
        await application.AdvanceAsync(8 * Day);
        await application.InsertAsync(2);

        await application.Partitions.MaintainAsync(Ct);

        (await application.ValuesAsync()).Should().Equal(2);
        (await application.PartitionsAsync()).Should().Equal([.. Days(today, 5, 7), .. Days(today, 9, 15), "readings_rest"]);
        application.Logged.Should().ContainSingle(line => line.StartsWith("Warning:") && line.Contains("default partition readings_rest of table readings holds 1 rows"));
        application.Logged.Should().ContainSingle(line => line.StartsWith("Warning:") && line.Contains($"{PartitionedTable.Name(today + (8 * Day))} of table readings cannot be made"));
        (await application.PartitionHealthAsync()).Should().Be("Unhealthy: readings has no partition for now; readings has 1 rows in its default partition readings_rest");
    }

    [Fact]
    public async Task Partitions_made_by_hand_or_with_another_interval_are_respected()
    {
        await using var days = await NewAsync("hand");
        var today = await days.NowAsync();
        await days.ExecuteAsync($"CREATE TABLE {{schema}}.readings_mine PARTITION OF {{schema}}.readings FOR VALUES FROM (MINVALUE) TO ('{today.UtcDateTime.AddDays(2):yyyy-MM-dd} UTC')");
        await days.Partitions.MaintainAsync(Ct);
        (await days.PartitionsAsync()).Should().Equal([.. "readings_mine".Split(), .. Days(today, 2, 7)], "two days are held already");

        await using var hours = await NewAsync("hand", interval: PartitionInterval.Hour);
        await hours.Partitions.MaintainAsync(Ct);
        (await hours.PartitionsAsync()).Should().Equal(await days.PartitionsAsync());

        await using var months = await NewAsync("hand", interval: PartitionInterval.Month);
        await months.Partitions.MaintainAsync(Ct);
        (await months.PartitionsAsync()).Should().HaveCountGreaterThan(13, "seven months, but the one or two that are partly held");
        months.Logged.Should().Contain(line => line.StartsWith("Warning:") && line.Contains("cannot be made"));

        await days.AdvanceAsync(30 * Day);
        await days.Partitions.MaintainAsync(Ct);
        (await days.PartitionsAsync()).Should().Contain("readings_mine", "what was not made here is not dropped here").And.NotContain(PartitionedTable.Name(today.AddDays(3)));
    }

    [Fact]
    public async Task Health_tells_that_partitions_run_out_before_they_are_missed()
    {
        await using var application = await NewAsync("health");
        (await application.PartitionHealthAsync()).Should().Be("Unhealthy: readings has no partition for now");

        await application.Partitions.MaintainAsync(Ct);
        (await application.PartitionHealthAsync()).Should().Be("Healthy: ");

        await application.AdvanceAsync(3 * Day);
        (await application.PartitionHealthAsync()).Should().Be("Healthy: ");

        await application.AdvanceAsync(Day);
        (await application.PartitionHealthAsync()).Should().Be("Degraded: readings has 3 of 7 future partitions");
        await application.Partitions.MaintainAsync(Ct);
        (await application.PartitionHealthAsync()).Should().Be("Healthy: ");
    }

    private DateTimeOffset First { get; set; }

    private static IEnumerable<string> Days(DateTimeOffset today, int first, int last) => Enumerable.Range(first, last - first + 1).Select(day => PartitionedTable.Name(today.AddDays(day)));

    private Task<Application> NewAsync(string schema, Func<DetachedPartition, CancellationToken, ValueTask>? onDetached = null, TimeProvider? time = null, PartitionInterval interval = PartitionInterval.Day) =>
        PartitionedTable.NewAsync(connectionString(), schema, onDetached, time, interval);
}
