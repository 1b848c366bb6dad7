using System.Globalization;
using Npgsql;
using Patterns.DevServers;

namespace Kernel.Tests.Servers;

public sealed class CrashTests
{
    private static readonly int Rounds = Environment.GetEnvironmentVariable("PATTERNS_LONG") == "1" ? 100 : 15;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    [Guarantee("DevServers", 2)]
    public async Task A_commit_that_was_acknowledged_is_there_after_the_server_was_killed()
    {
        await using var server = await StartOwnAsync();
        await ExecuteAsync(server, "CREATE TABLE acknowledged (n int PRIMARY KEY)");
        for (var round = 1; round <= Rounds; round++)
        {
            await ExecuteAsync(server, string.Create(CultureInfo.InvariantCulture, $"INSERT INTO acknowledged VALUES ({round})"));

            await server.KillAsync();
            await server.RestartAsync(Token);

            (await ExecuteAsync(server, "SELECT count(*) FROM acknowledged")).Should().Be(round);
        }
    }

    [Theory]
    [InlineData(StopMode.Fast)]
    [InlineData(StopMode.Immediate)]
    [Guarantee("DevServers", 8)]
    public async Task A_stopped_server_starts_again_with_its_data_in_its_place(StopMode mode)
    {
        await using var server = await DevServers.StartPostgresAsync(new DevPostgresOptions { Shared = false, Tcp = true }, Token);
        var place = server.ConnectionString();
        await ExecuteAsync(server, "CREATE TABLE kept AS SELECT 7::bigint AS n");

        await server.StopAsync(mode);
        await server.Awaiting(s => ExecuteAsync(s, "SELECT n FROM kept")).Should().ThrowAsync<NpgsqlException>();
        await server.RestartAsync(Token);

        server.ConnectionString().Should().Be(place);
        (await ExecuteAsync(server, "SELECT n FROM kept")).Should().Be(7);
    }

    [Fact]
    public async Task A_server_that_runs_is_stopped_and_started_by_a_restart_and_ends_with_all_of_its_processes_by_a_kill()
    {
        await using var server = await StartOwnAsync();
        var directory = new NpgsqlConnectionStringBuilder(server.ConnectionString()).Host!;
        var before = Traces.ProcessesIn(directory);

        await server.RestartAsync(Token);
        var after = Traces.ProcessesIn(directory);
        after.Should().NotBeEmpty().And.NotIntersectWith(before);

        await server.KillAsync();
        Traces.ProcessesIn(directory).Should().BeEmpty();
        await server.KillAsync();
        await server.StopAsync(StopMode.Fast);
    }

    [Fact]
    public async Task A_paused_server_holds_its_connections_and_goes_on_where_it_was()
    {
        await using var server = await StartOwnAsync();
        var directory = new NpgsqlConnectionStringBuilder(server.ConnectionString()).Host!;
        await using var source = NpgsqlDataSource.Create(server.ConnectionString());
        await using var connection = await source.OpenConnectionAsync(Token);

        await server.PauseAsync();
        Traces.ProcessesIn(directory).Should().OnlyContain(process => Traces.IsStopped(process));
        await using var command = new NpgsqlCommand("SELECT 1", connection);
        var answer = command.ExecuteScalarAsync(Token);
        await server.ResumeAsync();

        (await answer).Should().Be(1);
    }

    [Fact]
    public async Task A_paused_server_can_be_stopped_killed_and_disposed()
    {
        var server = await StartOwnAsync();
        var directory = new NpgsqlConnectionStringBuilder(server.ConnectionString()).Host!;
        await server.PauseAsync();
        await server.StopAsync(StopMode.Fast);
        await server.RestartAsync(Token);
        await server.PauseAsync();
        await server.KillAsync();
        await server.RestartAsync(Token);
        await server.PauseAsync();

        await server.DisposeAsync();

        Directory.Exists(directory).Should().BeFalse();
        Traces.ProcessesIn(directory).Should().BeEmpty();
    }

    [Fact]
    public async Task Databases_are_made_and_dropped_across_a_crash()
    {
        await using var server = await StartOwnAsync();
        var template = await server.TemplateAsync("across", async (connectionString, ct) =>
        {
            await using var source = NpgsqlDataSource.Create(connectionString);
            await using var command = source.CreateCommand("CREATE TABLE t AS SELECT 3::bigint AS n");
            await command.ExecuteNonQueryAsync(ct);
        }, Token);
        var before = await server.CreateDatabaseAsync(template, Token);

        await server.KillAsync();
        await before.DisposeAsync();
        await server.RestartAsync(Token);

        await using var after = await server.CreateDatabaseAsync(template, Token);
        await using var next = await server.CreateDatabaseAsync(template, Token);
        (await ExecuteAsync(server, "SELECT n FROM t", next.Name)).Should().Be(3);
    }

    private static Task<DevPostgres> StartOwnAsync() => DevServers.StartPostgresAsync(new DevPostgresOptions { Shared = false }, Token);

    private static async Task<long?> ExecuteAsync(DevPostgres server, string sql, string database = "postgres")
    {
        await using var source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(server.ConnectionString(database)) { Pooling = false }.ConnectionString);
        await using var command = source.CreateCommand(sql);
        return await command.ExecuteScalarAsync(Token) as long?;
    }
}
