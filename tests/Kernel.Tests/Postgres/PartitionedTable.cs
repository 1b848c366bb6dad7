using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Patterns.Postgres;

namespace Kernel.Tests.Postgres;

/// <summary>An application with a table <c>readings</c>, partitioned by the day and kept for three, on a database whose clock can be moved.</summary>
internal static class PartitionedTable
{
    private static readonly ScriptAssembly Scripts = new((
        "0001_readings",
        MovedClock.Script + "CREATE TABLE {schema}.readings (at timestamptz NOT NULL DEFAULT {schema}.now(), value int NOT NULL, PRIMARY KEY (value, at)) PARTITION BY RANGE (at);"));

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static async Task<Application> NewAsync(
        string connectionString, string schema, Func<DetachedPartition, CancellationToken, ValueTask>? onDetached = null, TimeProvider? time = null, PartitionInterval interval = PartitionInterval.Day)
    {
        var application = new Application(connectionString, o => o.Schema = schema, services =>
        {
            services.AddSchemaScripts("readings", Scripts).AddTimePartitions(new("readings", interval, Keep: TimeSpan.FromDays(3)) { OnDetached = onDetached });
            if (time is not null)
                services.AddSingleton(time);
        });
        await application.Schema.ApplyAsync(Ct);
        return application;
    }

    public static async Task InsertAsync(this Application application, int value)
    {
        await using var command = application.Postgres.DataSource.CreateCommand(application.Postgres.Sql("INSERT INTO {schema}.readings (value) VALUES ($1)"));
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = value });
        await command.ExecuteNonQueryAsync(Ct);
    }

    public static Task<int[]> ValuesAsync(this Application application) => application.ScalarAsync<int[]>("SELECT coalesce(array_agg(value ORDER BY value), '{}') FROM {schema}.readings");

    /// <summary>The table's partitions, in the order of their time.</summary>
    public static Task<string[]> PartitionsAsync(this Application application) => application.ScalarAsync<string[]>(
        "SELECT coalesce(array_agg(c.relname::text ORDER BY c.relname), '{}') FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = '{schema}.readings'::regclass");

    public static Task<bool> ExistsAsync(this Application application, string partition) => application.ScalarAsync<bool>($"SELECT to_regclass('{{schema}}.{partition}') IS NOT NULL");

    public static string Name(DateTimeOffset day) => FormattableString.Invariant($"readings_p{day.UtcDateTime:yyyyMMdd}");
}
