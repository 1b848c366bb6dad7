using Npgsql;
using Patterns.DevServers;

namespace Kernel.Tests.Servers;

/// <summary>Where a server comes from: one that runs elsewhere, programs of this machine, or nothing.</summary>
public sealed class SourceTests(PostgresServer shared)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    [Guarantee("DevServers", 9)]
    public async Task Without_a_server_the_exception_has_the_command_that_installs_it()
    {
        using var empty = new ScratchDirectory();
        await using var child = ServerChild.Start(Variables(("PATH", empty.FullPath), ("PATTERNS_REDIS", null)), [], "redis");

        var expected = File.ReadAllText("/etc/os-release") switch
        {
            var system when system.Contains("ID=debian", StringComparison.Ordinal) || system.Contains("debian", StringComparison.Ordinal) => "apt-get install -y redis-server",
            var system when system.Contains("fedora", StringComparison.Ordinal) => "dnf install -y redis",
            var system when system.Contains("alpine", StringComparison.Ordinal) => "apk add redis",
            _ => "package tool",
        };
        (await child.FailureAsync()).Should().StartWith("ServerNotFoundException: ").And.Contain(expected).And.Contain("PATTERNS_REDIS");
    }

    [Fact]
    public async Task A_directory_without_the_programs_is_named()
    {
        var start = () => DevServers.StartPostgresAsync(new DevPostgresOptions { BinDirectory = "/etc" }, Token);

        await start.Should().ThrowAsync<ServerNotFoundException>().WithMessage("*'/etc'*initdb*");
    }

    [Fact]
    [Guarantee("DevServers", 10)]
    public async Task A_server_that_was_pointed_to_gets_databases_and_loses_them_again()
    {
        await using var given = await GivenAsync();
        await using var child = ServerChild.Start(Variables(("PATTERNS_POSTGRES", given.ConnectionString())), [], "postgres");
        await child.ReadyAsync();
        child.ConnectionString.Should().Be(given.ConnectionString());

        var name = await child.AskAsync("database");
        (await NamesAsync(given)).Should().Contain(name);
        (await child.Process.FinishAsync()).Should().Be(0);

        (await NamesAsync(given)).Should().BeEmpty();
    }

    [Fact]
    [Guarantee("DevServers", 10)]
    public async Task On_a_server_that_was_pointed_to_databases_older_than_a_day_are_dropped_and_no_others()
    {
        await using var given = await GivenAsync();
        var now = TimeProvider.System.GetUtcNow();
        string[] names = [$"t_{Guid.CreateVersion7(now.AddHours(-25)):N}", $"t_{Guid.CreateVersion7(now.AddHours(-23)):N}", "t_mine", "mine"];
        foreach (var name in names) await ExecuteAsync(given, $"CREATE DATABASE {name}");

        await using var child = ServerChild.Start(Variables(("PATTERNS_POSTGRES", given.ConnectionString())), [], "postgres");
        await child.ReadyAsync();

        (await NamesAsync(given)).Should().BeEquivalentTo(names[1..]);
    }

    [Fact]
    [Guarantee("DevServers", 10)]
    public async Task A_server_that_was_pointed_to_is_not_killed()
    {
        await using var child = ServerChild.Start(Variables(("PATTERNS_POSTGRES", shared.Server.ConnectionString())), [], "postgres");
        await child.ReadyAsync();

        await child.Process.WriteLineAsync("kill");

        (await child.FailureAsync()).Should().StartWith("NotSupportedException: ").And.Contain("PATTERNS_POSTGRES");
        await ExecuteAsync(shared.Server, "SELECT 1");
    }

    [Fact]
    public async Task A_role_that_may_not_make_databases_is_told_the_right_and_the_grant()
    {
        await using var given = await GivenAsync();
        await ExecuteAsync(given, "CREATE ROLE weak LOGIN PASSWORD 'weak'");
        var weak = new NpgsqlConnectionStringBuilder(given.ConnectionString()) { Username = "weak", Password = "weak" };
        await using var child = ServerChild.Start(Variables(("PATTERNS_POSTGRES", weak.ConnectionString)), [], "postgres");

        (await child.FailureAsync()).Should().StartWith("InvalidOperationException: ").And.Contain("CREATEDB").And.Contain("ALTER ROLE \"weak\" CREATEDB;");
    }

    [Theory]
    [InlineData("postgres", "PATTERNS_POSTGRES", "postgres://user:secret@host/database?x=1")]
    [InlineData("postgres", "PATTERNS_POSTGRES", "Port=secret;Host=x")]
    [InlineData("postgres", "PATTERNS_POSTGRES", "Password=secret")]
    [InlineData("redis", "PATTERNS_REDIS", "redis://:secret@host:6379")]
    [InlineData("redis", "PATTERNS_REDIS", "password=secret")]
    public async Task A_variable_that_is_no_connection_string_is_named_and_not_shown(string server, string variable, string value)
    {
        await using var child = ServerChild.Start(Variables((variable, value)), [], server);

        (await child.FailureAsync()).Should().StartWith("ArgumentException: ").And.Contain(variable).And.NotContain("secret");
    }

    [Fact]
    [Guarantee("DevServers", 10)]
    public async Task A_redis_that_was_pointed_to_is_used()
    {
        await using var given = await DevServers.StartRedisAsync(ct: Token);
        await using var child = ServerChild.Start(Variables(("PATTERNS_REDIS", given.ConnectionString)), [], "redis");

        await child.ReadyAsync();

        child.ConnectionString.Should().Be(given.ConnectionString);
    }

    [Fact]
    [Guarantee("DevServers", 4)]
    public async Task A_plain_user_starts_a_server_of_its_own()
    {
        if (!Environment.IsPrivilegedProcess)
        {
            await using var own = await ServerChild.StartReadyAsync("postgres"); // this process is one
            Traces.ProcessesIn(own.Directory).Should().OnlyContain(process => Traces.UserOf(process) == Traces.UserOf(own.Process.Id));
            return;
        }
        using var cache = new ScratchDirectory();
        using var program = new ScratchDirectory();
        foreach (var file in Directory.EnumerateFiles(Path.GetDirectoryName(ChildProcess.AssemblyPath)!)) File.Copy(file, Path.Combine(program.FullPath, Path.GetFileName(file)));
        var nobody = new[] { "setpriv", "--reuid=65534", "--regid=65534", "--clear-groups" };
        var copied = Path.Combine(program.FullPath, Path.GetFileName(ChildProcess.AssemblyPath)); // the repository may be closed to other users
        await using var child = new ServerChild(ChildProcess.Start(copied, Variables(("HOME", cache.FullPath)), nobody, "DevServer", "postgres"));
        await child.ReadyAsync();

        Traces.ProcessesIn(child.Directory).Should().NotBeEmpty().And.OnlyContain(process => Traces.UserOf(process) == "65534");
        Directory.Exists(Path.Combine(cache.FullPath, ".cache", "patterns-devservers")).Should().BeTrue();

        await child.Process.KillAsync();
        await Traces.AreGoneAsync(child.Directory);
    }

    private static Task<DevPostgres> GivenAsync() => DevServers.StartPostgresAsync(new DevPostgresOptions { Tcp = true, Shared = false }, Token);

    private static Dictionary<string, string?> Variables(params (string Name, string? Value)[] variables) => variables.ToDictionary(v => v.Name, v => v.Value, StringComparer.Ordinal);

    private static async Task ExecuteAsync(DevPostgres server, string sql)
    {
        await using var source = NpgsqlDataSource.Create(server.ConnectionString());
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(Token);
    }

    private static async Task<List<string>> NamesAsync(DevPostgres server)
    {
        await using var source = NpgsqlDataSource.Create(server.ConnectionString());
        await using var command = source.CreateCommand("SELECT datname FROM pg_database WHERE datname NOT IN ('postgres', 'template0', 'template1')");
        await using var reader = await command.ExecuteReaderAsync(Token);
        var names = new List<string>();
        while (await reader.ReadAsync(Token)) names.Add(reader.GetString(0));
        return names;
    }
}
