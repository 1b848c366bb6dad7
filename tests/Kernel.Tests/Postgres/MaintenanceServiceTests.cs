using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Patterns.Postgres;

namespace Kernel.Tests.Postgres;

/// <summary>The hosted service that does the maintenance, under a clock that the tests move.</summary>
public sealed class MaintenanceServiceTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private static readonly ScriptAssembly Scripts = new(("0001_readings", "CREATE TABLE {schema}.readings (at timestamptz NOT NULL) PARTITION BY RANGE (at);"));

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_runs_when_the_host_has_started_and_then_at_every_interval()
    {
        var time = new FakeTime();
        using var host = Host(time, new CapturedLog(), "service");
        await host.StartAsync(Ct);
        await Eventually.HoldsAsync("the first run has made the partitions", () => CountAsync("service", 3));

        await ExecuteAsync("DROP TABLE service.readings_p" + (await NowAsync()).ToString("yyyyMMdd", System.Globalization.CultureInfo.InvariantCulture));
        (await CountAsync("service", 2)).Should().BeTrue();
        await Eventually.HoldsAsync("a later run has made it again", async () =>
        {
            time.Advance(TimeSpan.FromMinutes(1));
            return await CountAsync("service", 3);
        });
        await host.StopAsync(Ct);
    }

    [Fact]
    public async Task The_partition_of_now_is_there_when_the_start_ends_although_an_instance_that_was_killed_claims_the_table()
    {
        var time = new FakeTime();
        using (var first = Host(time, new CapturedLog(), "claimed", Timeout.InfiniteTimeSpan)) await first.StartAsync(Ct);
        (await CountAsync("claimed", 0)).Should().BeTrue("this instance leaves the maintenance to others");
        await ExecuteAsync("INSERT INTO claimed.maintenance_claims (name, owner, claimed_until) VALUES ('time_partitions:readings', '00000000-0000-0000-0000-000000000001', now() + interval '5 minutes')");

        using var host = Host(time, new CapturedLog(), "claimed");
        await host.StartAsync(Ct);

        (await CountAsync("claimed", 1)).Should().BeTrue();
        var checks = await host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync(Ct);
        checks.Entries["patterns_time_partitions"].Should().Match<HealthReportEntry>(entry => entry.Status == HealthStatus.Degraded && entry.Description == "readings has 0 of 2 future partitions");
        await host.StopAsync(Ct);
    }

    [Fact]
    public async Task It_outlives_an_outage_of_the_database_and_logs_it()
    {
        var time = new FakeTime();
        var log = new CapturedLog();
        using var host = Host(time, log, "outage");
        await host.StartAsync(Ct);
        await Eventually.HoldsAsync("the first run has made the partitions and given its claim up", async () => await CountAsync("outage", 3) && await HoldsAsync("SELECT NOT EXISTS (SELECT FROM outage.maintenance_claims)"));
        await ExecuteAsync("ALTER TABLE outage.maintenance_claims RENAME TO gone");

        await Eventually.HoldsAsync("a run has failed", () =>
        {
            time.Advance(TimeSpan.FromMinutes(1));
            return log.Count(16) > 1;
        });
        await ExecuteAsync("ALTER TABLE outage.gone RENAME TO maintenance_claims; DROP TABLE outage.readings_p" + (await NowAsync()).ToString("yyyyMMdd", System.Globalization.CultureInfo.InvariantCulture));

        await Eventually.HoldsAsync("a later run has made the partition again", async () =>
        {
            time.Advance(TimeSpan.FromMinutes(1));
            return await CountAsync("outage", 3);
        });
        await host.StopAsync(Ct);
        log.Lines.Should().Contain(line => line.StartsWith("Error: The maintenance of time partitions failed") && line.Contains("maintenance_claims"));
    }

    private IHost Host(FakeTime time, CapturedLog log, string schema, TimeSpan? interval = null)
    {
        var builder = new HostApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Logging.AddProvider(log);
        builder.Services
            .AddSingleton<TimeProvider>(time)
            .AddPostgres(o => (o.ConnectionString, o.Schema, o.MaintenanceInterval) = (database.ConnectionString, schema, interval ?? o.MaintenanceInterval))
            .AddSchemaScripts("readings", Scripts)
            .AddTimePartitions("readings", _ => new("readings", PartitionInterval.Day, TimeSpan.FromDays(3), Ahead: 2))
            .AddHealthChecks();
        return builder.Build();
    }

    private async Task<DateTime> NowAsync()
    {
        await using var command = database.DataSource.CreateCommand("SELECT now()");
        return (DateTime)(await command.ExecuteScalarAsync(Ct))!;
    }

    private Task<bool> CountAsync(string schema, int expected) => HoldsAsync($"SELECT count(*) = {expected} FROM pg_inherits WHERE inhparent = '{schema}.readings'::regclass");

    private async Task<bool> HoldsAsync(string sql)
    {
        await using var command = database.DataSource.CreateCommand(sql);
        return (bool)(await command.ExecuteScalarAsync(Ct))!;
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var command = database.DataSource.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(Ct);
    }
}
