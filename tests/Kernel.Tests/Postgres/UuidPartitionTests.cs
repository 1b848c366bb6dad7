using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Patterns.Postgres;

namespace Kernel.Tests.Postgres;

/// <summary>A table whose only time is that within its ids.</summary>
public sealed class UuidPartitionTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private static readonly ScriptAssembly Scripts = new(("0001_readings", MovedClock.Script + "CREATE TABLE {schema}.readings (id uuid PRIMARY KEY, value int NOT NULL) PARTITION BY RANGE (id);"));

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    [Guarantee("Postgres", 7)]
    public async Task A_row_goes_into_the_partition_of_the_time_in_its_id_which_is_made_when_it_is_missing()
    {
        await using var application = await NewAsync("uuid_missing");
        var now = await application.NowAsync();

        await application.Postgres.RunAsync((transaction, ct) => InsertAsync(application, transaction, Guid.CreateVersion7(now), ct), ct: Ct);

        (await application.ScalarAsync<string>("SELECT tableoid::regclass::text FROM {schema}.readings")).Should().Be("uuid_missing." + Name(now));
        (await application.PartitionsAsync()).Should().Equal(Name(now), Name(now.AddDays(1)));
    }

    [Fact]
    [Guarantee("Postgres", 15)]
    public async Task An_id_of_the_first_or_the_last_millisecond_of_a_day_is_in_that_days_partition()
    {
        await using var application = await NewAsync("uuid_bounds");
        var day = new DateTimeOffset((await application.NowAsync()).UtcDateTime.Date, TimeSpan.Zero);
        await application.Partitions.MaintainAsync(Ct);

        foreach (var at in (DateTimeOffset[])[day, day.AddDays(1).AddMilliseconds(-1), day.AddDays(1)])
            await application.Postgres.RunAsync((transaction, ct) => InsertAsync(application, transaction, Guid.CreateVersion7(at), ct), ct: Ct);

        (await application.ScalarAsync<string[]>("SELECT array_agg(tableoid::regclass::text ORDER BY id) FROM {schema}.readings"))
            .Should().Equal("uuid_bounds." + Name(day), "uuid_bounds." + Name(day), "uuid_bounds." + Name(day.AddDays(1)));
    }

    [Fact]
    [Guarantee("Postgres", 15)]
    public async Task Partitions_of_ids_are_made_ahead_found_again_and_dropped_when_all_of_them_is_old()
    {
        await using var application = await NewAsync("uuid_ahead");
        var today = await application.NowAsync();
        await application.Postgres.RunAsync((transaction, ct) => InsertAsync(application, transaction, Guid.CreateVersion7(today), ct), ct: Ct);

        await application.Partitions.MaintainAsync(Ct);
        await application.Partitions.MaintainAsync(Ct);
        (await application.PartitionsAsync()).Should().Equal(Enumerable.Range(0, 8).Select(i => Name(today.AddDays(i))));
        (await application.PartitionHealthAsync()).Should().StartWith("Healthy");

        await application.AdvanceAsync(TimeSpan.FromDays(3));
        await application.Partitions.MaintainAsync(Ct);
        (await application.PartitionsAsync()).Should().Contain(Name(today), "it ended less than three days ago");
        await application.AdvanceAsync(TimeSpan.FromDays(1));
        await application.Partitions.MaintainAsync(Ct);
        (await application.PartitionsAsync()).Should().Equal(Enumerable.Range(1, 11).Select(i => Name(today.AddDays(i))));
    }

    private async Task<Application> NewAsync(string schema)
    {
        var application = new Application(database.ConnectionString, o => o.Schema = schema, services => services
            .AddSchemaScripts("readings", Scripts)
            .AddTimePartitions(new("readings", PartitionInterval.Day, TimeSpan.FromDays(3)) { Key = PartitionKey.UuidV7 }));
        await application.Schema.ApplyAsync(Ct);
        return application;
    }

    private static string Name(DateTimeOffset day) => PartitionedTable.Name(day);

    private static async ValueTask InsertAsync(Application application, NpgsqlTransaction transaction, Guid id, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(application.Postgres.Sql("INSERT INTO {schema}.readings VALUES ($1, 1)"), transaction.Connection, transaction);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = id });
        await command.ExecuteNonQueryAsync(ct);
    }
}
