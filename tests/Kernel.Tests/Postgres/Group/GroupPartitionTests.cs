using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using NpgsqlTypes;
using Patterns.Postgres;

namespace Kernel.Tests.Postgres;

/// <summary>A batch into a table whose partition is missing.</summary>
public sealed class GroupPartitionTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private static readonly ScriptAssembly Scripts = new((
        "0001_readings",
        """
        CREATE SEQUENCE {schema}.statements;
        CREATE TABLE {schema}.readings (at timestamptz NOT NULL, value int NOT NULL, PRIMARY KEY (value, at)) PARTITION BY RANGE (at);
        CREATE FUNCTION {schema}.count_statement() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM nextval(''{schema}.statements''); RETURN NULL; END';
        CREATE TRIGGER arrival BEFORE INSERT ON {schema}.readings FOR EACH STATEMENT EXECUTE FUNCTION {schema}.count_statement();
        """));

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_missing_partition_is_made_and_the_batch_sent_again_and_only_a_wrong_time_fails()
    {
        await using var application = new Application(database.ConnectionString, o => o.Schema = "readings", services =>
        {
            services.AddSchemaScripts("shop", Scripts);
            services.AddTimePartitions(new("readings", PartitionInterval.Day, Keep: TimeSpan.FromDays(30)));
        });
        await application.Schema.ApplyAsync(Ct);
        var now = TimeProvider.System.GetUtcNow();
        await using var group = new GroupCommit<(int Value, DateTimeOffset At), int>(application.Postgres, new Readings(application.Postgres), new() { Lanes = 1, BatchLockTimeout = TimeSpan.FromMinutes(1) });
        (await group.RunAsync((0, now), Ct)).Should().Be(0);
        var statements = await application.ScalarAsync<long>("SELECT last_value FROM {schema}.statements");

        // While the table is locked, all but the first wait in the queue, and so go in one batch.
        await using var holder = await application.Postgres.DataSource.OpenConnectionAsync(Ct);
        await using var hold = await holder.BeginTransactionAsync(Ct);
        await using (var locking = new NpgsqlCommand(application.Postgres.Sql("LOCK TABLE {schema}.readings IN SHARE ROW EXCLUSIVE MODE"), holder, hold))
            await locking.ExecuteNonQueryAsync(Ct);
        var lead = group.RunAsync((1_000, now), Ct).AsTask();
        var calls = Enumerable.Range(1, 256).Select(value => group.RunAsync((value, value == 77 ? now.AddYears(50) : now), Ct).AsTask()).ToArray();
        await hold.CommitAsync(Ct);
        await lead;

        var wrong = async () => await calls[76];
        PostgresErrors.Classify((await wrong.Should().ThrowAsync<PostgresException>()).Which).Should().Be(PostgresFault.NoPartition);
        (await Task.WhenAll(calls.Where((_, i) => i != 76))).Should().Equal(Enumerable.Range(1, 256).Where(value => value != 77));
        (await application.ScalarAsync<long>("SELECT count(*) FROM {schema}.readings")).Should().Be(257);

        // As for any bad row, and one statement more after the partition was looked for.
        (await application.ScalarAsync<long>("SELECT last_value FROM {schema}.statements") - statements - 1).Should().BeLessThanOrEqualTo(18);
    }

    private sealed class Readings(IPostgres postgres) : GroupStatement<(int Value, DateTimeOffset At), int>
    {
        public override string Name => "readings";

        public override string Sql { get; } =
            postgres.Sql("INSERT INTO {schema}.readings (value, at) SELECT value, at FROM unnest($1, $2) WITH ORDINALITY AS r (value, at, place) ORDER BY place RETURNING value");

        public override void Bind(NpgsqlParameterCollection parameters, ReadOnlySpan<(int Value, DateTimeOffset At)> batch)
        {
            var (values, times) = (Column<int>(parameters, 0, NpgsqlDbType.Integer), Column<DateTime>(parameters, 1, NpgsqlDbType.TimestampTz));
            foreach (var (value, at) in batch)
            {
                values.Add(value);
                times.Add(at.UtcDateTime);
            }
        }

        public override void Read(NpgsqlDataReader row, ReadOnlySpan<(int Value, DateTimeOffset At)> batch, GroupAnswers<int> answers)
        {
            var value = row.GetInt32(0);
            for (var i = 0; i < batch.Length; i++)
            {
                if (batch[i].Value == value)
                    answers[i] = value;
            }
        }
    }
}
