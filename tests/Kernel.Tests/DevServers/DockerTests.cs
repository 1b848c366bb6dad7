using Npgsql;

namespace Kernel.Tests.Servers;

/// <summary>
/// Servers in containers. The engine is a script that stands in for Docker's command line and runs real servers, so that what is proved here
/// is what DevServers asks of Docker, and when, not what Docker does with it.
/// </summary>
public sealed class DockerTests : IDisposable
{
    private readonly ScratchDirectory _state = new();
    private readonly ScratchDirectory _tools = new();

    public DockerTests()
    {
        var script = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "DevServers", "docker.sh"));
        _tools.Script("docker", script.Replace("@STATE@", _state.FullPath, StringComparison.Ordinal).Replace("@BIN@", Binaries.Directory, StringComparison.Ordinal));
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private IEnumerable<string> Calls => File.ReadLines(Path.Combine(_state.FullPath, "calls"));

    private IEnumerable<string> Containers => Directory.EnumerateDirectories(_state.FullPath, "patterns-*");

    public void Dispose()
    {
        _tools.Dispose();
        _state.Dispose();
    }

    [Fact]
    public async Task A_server_of_an_image_answers_is_killed_and_goes_on_with_its_data_and_port()
    {
        await using var child = Start("postgres", "image=postgres:16");
        await child.ReadyAsync();
        Calls.Should().Contain("image inspect postgres:16").And.Contain("pull --quiet postgres:16");
        Calls.Single(call => call.StartsWith("run ", StringComparison.Ordinal)).Should()
            .MatchRegex(@"--publish 127\.0\.0\.1:[0-9]+:5432 ").And.Contain("-c fsync=off").And.Contain("--env POSTGRES_PASSWORD ")
            .And.NotContain(new NpgsqlConnectionStringBuilder(child.ConnectionString).Password, "other users see the arguments of a command");
        await ExecuteAsync(child, "CREATE TABLE kept AS SELECT 7 AS n");

        (await child.AskAsync("kill")).Should().Be("done");
        await this.Awaiting(_ => ExecuteAsync(child, "SELECT n FROM kept")).Should().ThrowAsync<NpgsqlException>();
        (await child.AskAsync("restart")).Should().Be("done");
        (await ExecuteAsync(child, "SELECT n FROM kept")).Should().Be(7);

        (await child.Process.FinishAsync()).Should().Be(0);
        Containers.Should().BeEmpty();
    }

    [Fact]
    [Guarantee("DevServers", 1)]
    public async Task A_killed_process_leaves_no_container()
    {
        await using var child = Start("postgres", "image=postgres:16");
        await child.ReadyAsync();
        Containers.Should().ContainSingle();

        await child.Process.KillAsync();

        await Eventually.HoldsAsync("the container was removed", () => !Containers.Any());
        await this.Awaiting(_ => ExecuteAsync(child, "SELECT 1")).Should().ThrowAsync<NpgsqlException>();
    }

    [Fact]
    [Guarantee("DevServers", 1)]
    public async Task When_the_watcher_was_killed_too_the_next_start_removes_the_container()
    {
        await using var child = Start("redis", "image=redis:7");
        await child.ReadyAsync();
        var left = Containers.Single();
        System.Diagnostics.Process.GetProcessById(child.WatcherId()).Kill();
        await child.Process.KillAsync();

        await using var next = Start("redis", "image=redis:7");
        await next.ReadyAsync();

        Containers.Should().ContainSingle().Which.Should().NotBe(left);
        await next.Process.FinishAsync();
    }

    [Fact]
    public async Task Without_programs_docker_is_asked()
    {
        await using var child = Start("redis");
        await child.ReadyAsync();

        child.ConnectionString.Should().StartWith("127.0.0.1:");
        Calls.Should().Contain("pull --quiet redis:7");
        await child.Process.FinishAsync();
        Containers.Should().BeEmpty();
    }

    [Theory]
    [InlineData("down")]
    [InlineData("silent")]
    public async Task An_engine_that_does_not_answer_within_two_seconds_is_none(string engine)
    {
        File.WriteAllText(Path.Combine(_state.FullPath, engine), "");
        await using var child = Start("redis");

        (await child.FailureAsync()).Should().StartWith("ServerNotFoundException: ").And.Contain("Docker does not answer");
    }

    [Fact]
    public async Task An_image_that_cannot_be_got_is_named_with_dockers_reason()
    {
        await using var child = Start("postgres", "image=no/such");

        (await child.FailureAsync()).Should().StartWith("ServerStartException: ").And.Contain("'no/such'").And.Contain("pull access denied");
        Containers.Should().BeEmpty();
    }

    /// <summary>A child that finds nothing on its path but the script.</summary>
    private ServerChild Start(params IEnumerable<string> arguments) =>
        ServerChild.Start(new Dictionary<string, string?>(StringComparer.Ordinal) { ["PATH"] = _tools.FullPath, ["PATTERNS_POSTGRES"] = null, ["PATTERNS_REDIS"] = null }, [], arguments);

    private static async Task<object?> ExecuteAsync(ServerChild child, string sql)
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(child.ConnectionString) { Pooling = false }.ConnectionString);
        await connection.OpenAsync(Token);
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync(Token);
    }
}
