using Npgsql;
using Patterns.DevServers;

namespace Kernel.Tests.Servers;

public sealed class ServerTests(PostgresServer shared)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_server_keeps_acknowledged_commits_and_leaves_out_what_only_a_crashed_machine_needs()
    {
        (await SettingsAsync(shared.Server, "fsync", "full_page_writes", "synchronous_commit", "max_connections", "server_encoding", "lc_collate", "TimeZone"))
            .Should().Equal("off", "off", "on", "200", "UTF8", "C", "UTC");
    }

    [Fact]
    public async Task A_durable_server_is_as_in_production_and_on_a_disk()
    {
        await using var server = await DevServers.StartPostgresAsync(new DevPostgresOptions { Durable = true, Shared = false }, Token);

        var settings = await SettingsAsync(server, "fsync", "full_page_writes", "synchronous_commit", "wal_segment_size", "data_directory");

        settings.Take(4).Should().Equal("on", "on", "on", "16MB");
        new DriveInfo(settings[4]).DriveFormat.Should().NotBe("tmpfs");
    }

    [Fact]
    public async Task Settings_are_added_and_can_be_changed_by_alter_system()
    {
        await using var server = await DevServers.StartPostgresAsync(new DevPostgresOptions { Shared = false, Settings = { ["work_mem"] = "7MB", ["max_connections"] = "33" } }, Token);
        (await SettingsAsync(server, "work_mem", "max_connections")).Should().Equal("7MB", "33");

        await using var source = NpgsqlDataSource.Create(server.ConnectionString());
        await using (var command = source.CreateCommand("ALTER SYSTEM SET work_mem = '9MB'")) await command.ExecuteNonQueryAsync(Token);
        await server.RestartAsync(Token);

        (await SettingsAsync(server, "work_mem")).Should().Equal("9MB");
    }

    [Theory]
    [InlineData("", "1")]
    [InlineData("work mem", "1")]
    [InlineData("work_mem", "1\nfsync = on")]
    [InlineData("port", "5432")]
    [InlineData("LISTEN_ADDRESSES", "*")]
    public async Task A_setting_that_cannot_be_one_is_refused_by_name(string name, string value)
    {
        var start = () => DevServers.StartPostgresAsync(new DevPostgresOptions { Settings = { [name] = value } }, Token);

        (await start.Should().ThrowAsync<ArgumentException>()).WithParameterName("Settings").WithMessage($"*'{name}'*");
    }

    [Fact]
    public async Task Two_sources_and_no_time_are_refused()
    {
        var both = () => DevServers.StartPostgresAsync(new DevPostgresOptions { BinDirectory = "/usr/bin", DockerImage = "postgres:17" }, Token);
        var none = () => DevServers.StartRedisAsync(new DevRedisOptions { StartTimeout = TimeSpan.Zero }, Token);

        (await both.Should().ThrowAsync<ArgumentException>()).WithMessage("*DockerImage*BinDirectory*");
        (await none.Should().ThrowAsync<ArgumentException>()).WithMessage("*StartTimeout*");
    }

    [Fact]
    [Guarantee("DevServers", 9)]
    public async Task A_server_that_does_not_start_fails_with_its_log_and_leaves_nothing()
    {
        using var place = new ScratchDirectory();

        var start = () => DevServers.StartPostgresAsync(new DevPostgresOptions { Directory = place.FullPath, Settings = { ["no_such_setting"] = "1" } }, Token);

        await start.Should().ThrowAsync<ServerStartException>().WithMessage("*unrecognized configuration parameter \"no_such_setting\"*");
        Directory.EnumerateFileSystemEntries(place.FullPath).Should().BeEmpty();
    }

    [Fact]
    public async Task The_directory_of_a_server_that_did_not_start_is_kept_when_that_is_asked_for()
    {
        using var place = new ScratchDirectory();

        var start = () => DevServers.StartPostgresAsync(new DevPostgresOptions { Directory = place.FullPath, KeepOnFailure = true, Settings = { ["no_such_setting"] = "1" } }, Token);

        var message = (await start.Should().ThrowAsync<ServerStartException>()).Which.Message;
        var directory = Directory.EnumerateDirectories(place.FullPath).Should().ContainSingle().Which;
        message.Should().EndWith($"Its directory is kept: {directory}");
        File.ReadAllText(Path.Combine(directory, "data", "postgresql.conf")).Should().Contain("no_such_setting");

        await using var other = await DevServers.StartPostgresAsync(new DevPostgresOptions { Directory = place.FullPath, Shared = false }, Token);
        Directory.Exists(directory).Should().BeTrue("the next start clears up only what nobody asked to keep");
    }

    [Fact]
    public async Task Equal_options_share_a_server_until_the_last_user_gives_it_back()
    {
        DevPostgresOptions Options() => new() { Settings = { ["cluster_name"] = "shared by two" } };
        var first = await DevServers.StartPostgresAsync(Options(), Token);
        var others = await Task.WhenAll(Enumerable.Range(0, 63).Select(_ => DevServers.StartPostgresAsync(Options(), Token)));
        others.Should().OnlyContain(other => other.ConnectionString("postgres") == first.ConnectionString("postgres"));

        var directory = new NpgsqlConnectionStringBuilder(first.ConnectionString()).Host!;
        foreach (var other in others) await other.DisposeAsync();
        foreach (var other in others) await other.DisposeAsync();
        (await SettingsAsync(first, "cluster_name")).Should().Equal("shared by two");

        await first.DisposeAsync();
        Directory.Exists(directory).Should().BeFalse();
        first.Invoking(server => server.ConnectionString()).Should().Throw<ObjectDisposedException>();
    }

    [Fact]
    public async Task A_server_of_ones_own_is_not_shared()
    {
        await using var own = await DevServers.StartPostgresAsync(new DevPostgresOptions { Shared = false }, Token);

        own.ConnectionString().Should().NotBe(shared.Server.ConnectionString());
        own.Version.Should().Be(shared.Server.Version).And.BeGreaterThan(new Version(14, 0));
    }

    [Fact]
    public async Task A_start_that_nobody_waits_for_any_more_leaves_nothing()
    {
        using var place = new ScratchDirectory();
        using var cancel = new CancellationTokenSource();
        var start = DevServers.StartPostgresAsync(new DevPostgresOptions { Directory = place.FullPath }, cancel.Token);
        await Eventually.HoldsAsync("the server's directory is being filled", () => Directory.EnumerateFileSystemEntries(place.FullPath).Any());

        await cancel.CancelAsync();

        await start.Awaiting(task => task).Should().ThrowAsync<OperationCanceledException>();
        Directory.EnumerateFileSystemEntries(place.FullPath).Should().BeEmpty();
    }

    [Fact]
    [Guarantee("DevServers", 7)]
    public async Task The_socket_is_in_a_directory_that_is_closed_to_other_users()
    {
        var socket = new NpgsqlConnectionStringBuilder(shared.Server.ConnectionString()).Host!;

        File.GetUnixFileMode(socket).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        (await SettingsAsync(shared.Server, "listen_addresses")).Should().Equal("");
    }

    [Fact]
    [Guarantee("DevServers", 7)]
    public async Task Over_tcp_only_the_loopback_is_listened_on_and_the_password_is_asked_for()
    {
        await using var server = await DevServers.StartPostgresAsync(new DevPostgresOptions { Tcp = true, Shared = false }, Token);
        (await SettingsAsync(server, "listen_addresses")).Should().Equal("127.0.0.1");

        var wrong = new NpgsqlConnectionStringBuilder(server.ConnectionString()) { Password = "guessed", Pooling = false };
        await using var connection = new NpgsqlConnection(wrong.ConnectionString);

        (await connection.Awaiting(c => c.OpenAsync(Token)).Should().ThrowAsync<PostgresException>()).Which.SqlState.Should().Be(PostgresErrorCodes.InvalidPassword);
    }

    [Fact]
    [Guarantee("DevServers", 4)]
    public void No_server_runs_as_root()
    {
        var processes = Traces.ProcessesIn(new NpgsqlConnectionStringBuilder(shared.Server.ConnectionString()).Host!);

        // Sessions of other tests may end while they are looked at.
        processes.Select(Traces.UserOf).OfType<string>().Should().NotBeEmpty().And.NotContain("0");
    }

    private static async Task<List<string>> SettingsAsync(DevPostgres server, params string[] names)
    {
        await using var source = NpgsqlDataSource.Create(server.ConnectionString());
        await using var command = source.CreateCommand("SELECT current_setting(name) FROM unnest($1) WITH ORDINALITY AS names(name, n) ORDER BY n");
        command.Parameters.AddWithValue(names);
        await using var reader = await command.ExecuteReaderAsync(Token);
        var values = new List<string>();
        while (await reader.ReadAsync(Token)) values.Add(reader.GetString(0));
        return values;
    }
}
