using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Patterns.Postgres;

namespace Kernel.Tests.Postgres;

public sealed class TimePartitionsTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private static readonly ScriptAssembly Scripts = new((
        "0001_readings",
        "CREATE TABLE {schema}.readings (at timestamptz NOT NULL DEFAULT {schema}.now(), value int NOT NULL, PRIMARY KEY (value, at)) PARTITION BY RANGE (at);"));

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    [Guarantee("Postgres", 7)]
    public async Task A_write_that_finds_no_partition_makes_it_and_runs_once_more()
    {
        await using var application = await NewAsync("missing");
        var runs = 0;

        await application.Postgres.RunAsync(async (transaction, ct) =>
        {
            runs++;
            await InsertAsync(application, transaction, ct);
        }, ct: Ct);

        runs.Should().Be(2);
        (await application.ScalarAsync<long>("SELECT count(*) FROM {schema}.readings")).Should().Be(1);
        (await application.ScalarAsync<long>("SELECT count(*) FROM {schema}.time_partitions WHERE parent = 'readings' AND state = 'attached'")).Should().Be(2, "the one for now and the next");
        application.Logged.Should().ContainSingle(l => l.Contains("readings had no partition for now"));
    }

    [Fact]
    public async Task Sixty_four_writers_that_find_no_partition_all_write()
    {
        await using var application = await NewAsync("storm");

        await Task.WhenAll(Enumerable.Range(1, 64).Select(i => application.Postgres.RunAsync((transaction, ct) => InsertAsync(application, transaction, ct, i), ct: Ct).AsTask()));

        (await application.ScalarAsync<long>("SELECT count(*) FROM {schema}.readings")).Should().Be(64);
        (await application.ScalarAsync<long>("SELECT count(*) FROM pg_inherits WHERE inhparent = '{schema}.readings'::regclass")).Should().Be(2);
    }

    [Fact]
    public async Task A_statement_outside_a_transaction_of_ours_can_have_its_missing_partition_made()
    {
        await using var application = await NewAsync("outside");
        var insert = async () => await application.ExecuteAsync("INSERT INTO {schema}.readings (value) VALUES (1)");
        var failure = (await insert.Should().ThrowAsync<PostgresException>()).Which;

        (await application.Postgres.MakeMissingPartitionAsync(new InvalidOperationException("batch", failure), Ct)).Should().BeTrue();

        await insert.Should().NotThrowAsync();
        var refused = async () => await application.ExecuteAsync("INSERT INTO {schema}.readings (value) VALUES (NULL)");
        (await application.Postgres.MakeMissingPartitionAsync((await refused.Should().ThrowAsync<PostgresException>()).Which, Ct)).Should().BeFalse();
    }

    [Fact]
    public async Task What_is_done_to_a_new_partition_commits_with_it_or_there_is_none()
    {
        var fails = true;
        await using var application = new Application(database.ConnectionString, o => o.Schema = "created", services => services.AddSchemaScripts("readings", Scripts).AddTimePartitionSet("readings", _ =>
        [
            new("readings", PartitionInterval.Day, TimeSpan.FromDays(3))
            {
                OnCreated = async (created, ct) =>
                {
                    await using var comment = new NpgsqlCommand($"COMMENT ON TABLE {created.Partition} IS 'of {created.Table}, {(created.To - created.From).TotalHours} h'", created.Transaction.Connection, created.Transaction);
                    await comment.ExecuteNonQueryAsync(ct);
                    if (fails)
                        throw new InvalidOperationException("not this one");
                },
            },
        ]));
        await application.Schema.ApplyAsync(Ct);
        var now = await application.ScalarAsync<DateTime>("SELECT {schema}.now()");

        var make = async () => await application.Partitions.EnsureAsync("readings", new(now), Ct);
        (await make.Should().ThrowAsync<InvalidOperationException>()).WithMessage("not this one");
        (await application.ScalarAsync<long>("SELECT count(*) FROM {schema}.time_partitions")).Should().Be(0);
        fails = false;
        await make();

        (await application.ScalarAsync<string>("SELECT obj_description(inhrelid, 'pg_class') FROM pg_inherits WHERE inhparent = '{schema}.readings'::regclass")).Should().Be("of \"created\".\"readings\", 24 h");
    }

    [Fact]
    public async Task A_partition_that_cannot_be_made_does_not_hide_why_the_write_failed()
    {
        await using var application = await NewAsync("unmakeable");
        await application.ExecuteAsync("ALTER TABLE {schema}.time_partitions ADD CONSTRAINT full_up CHECK (false)");

        var write = async () => await application.Postgres.RunAsync((transaction, ct) => InsertAsync(application, transaction, ct), ct: Ct);

        PostgresErrors.Classify((await write.Should().ThrowAsync<PostgresException>()).Which).Should().Be(PostgresFault.NoPartition);
        application.Logged.Should().ContainSingle(line => line.StartsWith("Error:") && line.Contains("could not be made") && line.Contains("full_up"));
    }

    [Fact]
    public async Task A_table_of_somebody_else_is_left_alone()
    {
        await using var application = await NewAsync("foreign");
        await application.ExecuteAsync("CREATE TABLE other_readings (at timestamptz) PARTITION BY RANGE (at)");

        var run = async () => await application.Postgres.RunAsync(async (transaction, ct) =>
        {
            await using var command = new NpgsqlCommand("INSERT INTO other_readings VALUES (now())", transaction.Connection, transaction);
            await command.ExecuteNonQueryAsync(ct);
        }, ct: Ct);

        PostgresErrors.Classify((await run.Should().ThrowAsync<PostgresException>()).Which).Should().Be(PostgresFault.NoPartition);
    }

    [Theory]
    [InlineData(PartitionInterval.Hour, "2026-11-22T23:30:00+02:00", "readings_p2026112221", "2026-11-22 21:00:00+00", "2026-11-22 22:00:00+00")]
    [InlineData(PartitionInterval.Day, "2026-11-23T01:00:00+02:00", "readings_p20261122", "2026-11-22 00:00:00+00", "2026-11-23 00:00:00+00")]
    [InlineData(PartitionInterval.Week, "2026-11-22T12:00:00Z", "readings_p20261116", "2026-11-16 00:00:00+00", "2026-11-23 00:00:00+00")]
    [InlineData(PartitionInterval.Month, "2026-12-31T23:59:59Z", "readings_p20261201", "2026-12-01 00:00:00+00", "2027-01-01 00:00:00+00")]
    public async Task Bounds_are_in_utc_and_names_say_them(PartitionInterval interval, string at, string name, string from, string to)
    {
        var moment = DateTimeOffset.Parse(at, CultureInfo.InvariantCulture);
        await using var application = await NewAsync("bounds_" + interval.ToString().ToLowerInvariant(), interval, now: moment);

        await application.Partitions.EnsureAsync("readings", moment, Ct);
        await application.Partitions.EnsureAsync("readings", moment, Ct);

        (await application.ScalarAsync<string>($"SELECT pg_get_expr(relpartbound, oid) FROM pg_class WHERE oid = '{{schema}}.{name}'::regclass")).Should().Be($"FOR VALUES FROM ('{from}') TO ('{to}')");
        (await application.ScalarAsync<long>($"SELECT count(*) FROM {{schema}}.time_partitions WHERE partition = '{name}' AND from_at = '{from}' AND to_at = '{to}'")).Should().Be(1);
    }

    [Fact]
    public async Task A_wrong_clock_cannot_make_partitions_far_away()
    {
        var now = new DateTimeOffset(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);
        await using var application = await NewAsync("limits", now: now);
        var ensure = (DateTimeOffset at) => application.Partitions.Awaiting(p => p.EnsureAsync("readings", at, Ct).AsTask());

        // Keep is 30 days, Ahead 7 partitions of a day: the eighth day after today is the last.
        await ensure(now.AddDays(-29)).Should().NotThrowAsync();
        await ensure(now.AddDays(8)).Should().NotThrowAsync();
        await ensure(now.AddDays(-31)).Should().ThrowAsync<ArgumentOutOfRangeException>().WithMessage("*now - Keep*");
        await ensure(now.AddDays(9)).Should().ThrowAsync<ArgumentOutOfRangeException>().WithMessage("*now + Ahead*");
        await application.Partitions.Awaiting(p => p.EnsureAsync("unknown", now, Ct).AsTask()).Should().ThrowAsync<ArgumentException>().WithMessage("*'unknown' is not registered*");
    }

    [Fact]
    public async Task Making_a_partition_stops_neither_readers_nor_writers_of_the_table()
    {
        await using var application = await NewAsync("busy");
        await application.Postgres.RunAsync((transaction, ct) => InsertAsync(application, transaction, ct), ct: Ct);
        await using var connection = await application.Postgres.DataSource.OpenConnectionAsync(Ct);
        await using var open = await connection.BeginTransactionAsync(Ct);
        await InsertAsync(application, open, Ct, 2);

        await application.Partitions.EnsureAsync("readings", new DateTimeOffset(await application.ScalarAsync<DateTime>("SELECT {schema}.now() + interval '3 days'")), Ct);

        await open.CommitAsync(Ct);
        (await application.ScalarAsync<long>("SELECT count(*) FROM {schema}.readings")).Should().Be(2);
    }

    private async Task<Application> NewAsync(string schema, PartitionInterval interval = PartitionInterval.Day, DateTimeOffset? now = null)
    {
        var settings = new NpgsqlConnectionStringBuilder(database.ConnectionString);
        if (now is { } moment)
        {
            await using var ask = database.DataSource.CreateCommand("SELECT $1 - now()");
            ask.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = moment.ToUniversalTime() });
            var offset = (TimeSpan)(await ask.ExecuteScalarAsync(Ct))!;
            settings.Options = $"-c patterns.clock_offset={(long)offset.TotalMilliseconds}ms";
        }

        var application = new Application(settings.ConnectionString, o => o.Schema = schema, services => services
            .AddSchemaScripts("readings", Scripts)
            .AddTimePartitions(new("readings", interval, TimeSpan.FromDays(30))));
        await application.Schema.ApplyAsync(Ct);
        return application;
    }

    private static async ValueTask InsertAsync(Application application, NpgsqlTransaction transaction, CancellationToken ct, int value = 1)
    {
        await using var command = new NpgsqlCommand(application.Postgres.Sql("INSERT INTO {schema}.readings (value) VALUES ($1)"), transaction.Connection, transaction);
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = value });
        await command.ExecuteNonQueryAsync(ct);
    }
}
