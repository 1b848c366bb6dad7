using System.Text;
using Npgsql;
using Patterns.DevServers;

namespace Kernel.Tests.Servers;

/// <summary>Where a server's directory is, and what happens when there is no room.</summary>
public sealed class PlaceTests
{
    private const long EnoughMemory = 2L << 30;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task In_a_path_of_two_hundred_characters_the_socket_is_elsewhere_and_nothing_is_left_of_both()
    {
        using var place = new ScratchDirectory(new string('d', 200));
        string socket;
        await using (var server = await DevServers.StartPostgresAsync(new DevPostgresOptions { Directory = place.FullPath, Shared = false }, Token))
        {
            await using var source = NpgsqlDataSource.Create(server.ConnectionString());
            await using var command = source.CreateCommand("SELECT current_setting('data_directory')");
            ((string)(await command.ExecuteScalarAsync(Token))!).Should().StartWith(place.FullPath);
            socket = new NpgsqlConnectionStringBuilder(server.ConnectionString()).Host!;
            Encoding.UTF8.GetByteCount(socket + "/.s.PGSQL.5432").Should().BeLessThan(100);
        }
        Directory.EnumerateFileSystemEntries(place.FullPath).Should().BeEmpty();
        Directory.Exists(socket).Should().BeFalse();
    }

    [Fact]
    public async Task In_a_long_path_a_killed_process_leaves_neither_directory()
    {
        using var place = new ScratchDirectory(new string('d', 200));
        await using var child = await ServerChild.StartReadyAsync("postgres", $"directory={place.FullPath}");
        var socket = new NpgsqlConnectionStringBuilder(child.ConnectionString).Host!;

        await child.Process.KillAsync();

        await Traces.AreGoneAsync(child.Directory);
        await Traces.AreGoneAsync(socket);
    }

    [Fact]
    [Guarantee("DevServers", 9)]
    public async Task A_full_place_is_named_with_its_free_space_and_left_empty()
    {
        using var place = new ScratchDirectory();
        // Root may mount a small file system, seen only by the child; others limit the size of files, which fails at the same calls.
        string[] full = Environment.IsPrivilegedProcess
            ? ["unshare", "--mount", "sh", "-c", $"mount -t tmpfs -o size=8m,mode=1777 tmpfs {place.FullPath} && exec \"$@\"", "sh"]
            : ["sh", "-c", "trap '' XFSZ; ulimit -f 2000; exec \"$@\"", "sh"];
        var environment = new Dictionary<string, string?>(StringComparer.Ordinal) { ["DOTNET_EnableWriteXorExecute"] = "0" }; // it needs a large file of its own
        await using var child = ServerChild.Start(environment, full, "postgres", $"directory={place.FullPath}");

        (await child.FailureAsync()).Should().StartWith("IOException: ").And.Contain($"'{place.FullPath}'").And.MatchRegex(@"[0-9.]+ MiB are free");
        Directory.EnumerateFileSystemEntries(place.FullPath).Should().BeEmpty();
    }

    [Fact]
    public async Task When_memory_has_no_room_after_all_the_temporary_directory_is_taken()
    {
        using var tools = new ScratchDirectory();
        tools.Script("cp", $"case $PWD in /dev/shm/*) echo refused >>{tools.FullPath}/refusals; echo 'cp: No space left on device' >&2; exit 1;; esac; exec /bin/cp \"$@\"");
        File.WriteAllText(Path.Combine(tools.FullPath, "refusals"), "");
        File.SetUnixFileMode(Path.Combine(tools.FullPath, "refusals"), (UnixFileMode)0x1B6); // rw for all
        var environment = new Dictionary<string, string?>(StringComparer.Ordinal) { ["PATH"] = $"{tools.FullPath}:{Environment.GetEnvironmentVariable("PATH")}" };
        await using var child = ServerChild.Start(environment, [], "postgres");

        await child.ReadyAsync();

        child.Directory.Should().NotStartWith("/dev/shm/");
        var hasMemory = Directory.Exists("/dev/shm") && new DriveInfo("/dev/shm").AvailableFreeSpace >= EnoughMemory;
        File.ReadAllLines(Path.Combine(tools.FullPath, "refusals")).Length.Should().Be(hasMemory ? 2 : 0, "with and without reflink");
    }

    [Fact]
    public async Task A_port_that_was_taken_meanwhile_is_replaced_by_another()
    {
        using var tools = new ScratchDirectory();
        var attempts = Path.Combine(tools.FullPath, "attempts");
        var real = Binaries.Directory;
        tools.Script("initdb", $"exec {real}/initdb \"$@\"");
        tools.Script("postgres", $"""
            [ "$1" = --version ] && exec {real}/postgres --version
            echo attempt >>{attempts}
            if [ "$(wc -l <{attempts})" -lt 4 ]; then echo 'could not bind IPv4 address "127.0.0.1": Address already in use' >&2; exit 1; fi
            exec {real}/postgres "$@"
            """);

        await using var server = await DevServers.StartPostgresAsync(new DevPostgresOptions { BinDirectory = tools.FullPath, Tcp = true, CacheDirectory = tools.FullPath }, Token);

        File.ReadAllLines(attempts).Should().HaveCount(4);
    }
}
