using System.Diagnostics;

namespace Kernel.Tests.Servers;

/// <summary>What is left of a server when the process that started it ends, in whatever way.</summary>
public sealed class DeathTests
{
    [Fact]
    [Guarantee("DevServers", 1)]
    public async Task A_process_killed_while_its_server_runs_leaves_no_process_directory_or_shared_memory()
    {
        await using var child = await ServerChild.StartReadyAsync("postgres");
        var memory = Traces.SharedMemoryOf(child.Directory);
        Traces.ProcessesIn(child.Directory).Should().HaveCountGreaterThan(3);

        await child.Process.KillAsync();

        await Traces.AreGoneAsync(child.Directory);
        Traces.SharedMemoryExists(memory).Should().BeFalse();
    }

    [Theory]
    [InlineData("-TERM")]
    [InlineData("-INT")]
    [InlineData("-HUP")]
    public async Task A_process_ended_by_a_signal_leaves_nothing(string signal)
    {
        await using var child = await ServerChild.StartReadyAsync("postgres");

        Process.Start("/bin/kill", [signal, $"{child.Process.Id}"]);

        await Traces.AreGoneAsync(child.Directory);
    }

    [Fact]
    [Guarantee("DevServers", 1)]
    public async Task A_process_killed_during_initdb_leaves_nothing()
    {
        using var cache = new ScratchDirectory();
        await using var child = ServerChild.Start("postgres", $"cache={cache.FullPath}");
        await Eventually.HoldsAsync("initdb has begun to fill a directory", () => Directory.EnumerateDirectories(cache.FullPath, "*", SearchOption.AllDirectories).Any(path => path.EndsWith("/data/base", StringComparison.Ordinal)));

        await child.Process.KillAsync();

        await Eventually.HoldsAsync("the cache is empty and nobody works in it", () => !Directory.EnumerateFileSystemEntries(cache.FullPath).Any() && Traces.ProcessesIn(cache.FullPath).Count == 0);
    }

    [Fact]
    [Guarantee("DevServers", 1)]
    public async Task A_process_killed_while_its_server_starts_leaves_nothing()
    {
        using var place = new ScratchDirectory();
        await using var child = ServerChild.Start("postgres", $"directory={place.FullPath}");
        await Eventually.HoldsAsync("the server's directory is being filled", () => Directory.EnumerateDirectories(place.FullPath).Any(path => Directory.Exists(path + "/data")));

        await child.Process.KillAsync();

        await Eventually.HoldsAsync("the place is empty and nobody works in it", () => !Directory.EnumerateFileSystemEntries(place.FullPath).Any() && Traces.ProcessesIn(place.FullPath).Count == 0);
    }

    [Fact]
    [Guarantee("DevServers", 1)]
    public async Task When_the_watcher_was_killed_too_the_next_start_of_anybody_clears_up()
    {
        await using var child = await ServerChild.StartReadyAsync("postgres");
        var memory = Traces.SharedMemoryOf(child.Directory);

        Process.GetProcessById(child.WatcherId()).Kill();
        await child.Process.KillAsync();
        Traces.ProcessesIn(child.Directory).Should().NotBeEmpty("nobody is there who would end it");

        await using var next = await ServerChild.StartReadyAsync("redis");
        Traces.ProcessesIn(child.Directory).Should().BeEmpty();
        Directory.Exists(child.Directory).Should().BeFalse();
        Traces.SharedMemoryExists(memory).Should().BeFalse();
    }

    [Fact]
    public async Task A_killed_watcher_does_not_keep_a_living_process_from_clearing_up()
    {
        await using var child = await ServerChild.StartReadyAsync("postgres");
        Process.GetProcessById(child.WatcherId()).Kill();

        (await child.Process.FinishAsync()).Should().Be(0);

        Directory.Exists(child.Directory).Should().BeFalse();
        Traces.ProcessesIn(child.Directory).Should().BeEmpty();
    }

    [Fact]
    [Guarantee("DevServers", 1)]
    public async Task A_server_that_was_killed_and_not_started_again_leaves_no_shared_memory()
    {
        await using var child = await ServerChild.StartReadyAsync("postgres");
        var memory = Traces.SharedMemoryOf(child.Directory);

        (await child.AskAsync("kill")).Should().Be("done");
        await child.Process.KillAsync();

        await Traces.AreGoneAsync(child.Directory);
        Traces.SharedMemoryExists(memory).Should().BeFalse();
    }

    [Fact]
    public async Task A_restarted_server_is_watched_as_the_first_was()
    {
        await using var child = await ServerChild.StartReadyAsync("postgres");
        (await child.AskAsync("kill")).Should().Be("done");
        (await child.AskAsync("restart")).Should().Be("done");

        await child.Process.KillAsync();

        await Traces.AreGoneAsync(child.Directory);
    }

    [Fact]
    [Guarantee("DevServers", 3)]
    public async Task Eight_processes_may_start_at_once_without_a_cache()
    {
        using var cache = new ScratchDirectory();
        var children = Enumerable.Range(0, 8).Select(_ => ServerChild.Start("postgres", $"cache={cache.FullPath}")).ToList();
        try
        {
            await Task.WhenAll(children.Select(child => child.ReadyAsync()));

            children.Select(child => child.Directory).Should().OnlyHaveUniqueItems();
            Directory.EnumerateFileSystemEntries(cache.FullPath).Should().ContainSingle("one data directory serves all");
        }
        finally
        {
            foreach (var child in children) await child.DisposeAsync();
        }
        foreach (var child in children) await Traces.AreGoneAsync(child.Directory);
    }
}
