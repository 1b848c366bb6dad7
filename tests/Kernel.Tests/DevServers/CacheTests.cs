using Patterns.DevServers;

namespace Kernel.Tests.Servers;

/// <summary>Initialised data directories are made once. These tests count how often initdb runs.</summary>
public sealed class CacheTests : IDisposable
{
    private readonly ScratchDirectory _tools = new();
    private readonly ScratchDirectory _cache = new();

    public CacheTests()
    {
        _tools.Script("initdb", $"echo run >>{_tools.FullPath}/runs; exec {Binaries.Directory}/initdb \"$@\"");
        _tools.Script("postgres", $"exec {Binaries.Directory}/postgres \"$@\"");
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private int Initialisations => File.ReadAllLines(Path.Combine(_tools.FullPath, "runs")).Length;

    private string Entry => Directory.EnumerateDirectories(_cache.FullPath).Single();

    public void Dispose()
    {
        _tools.Dispose();
        _cache.Dispose();
    }

    [Fact]
    [Guarantee("DevServers", 5)]
    public async Task Only_the_first_start_runs_initdb()
    {
        await StartAndStopAsync();
        await StartAndStopAsync();
        await StartAndStopAsync();

        Initialisations.Should().Be(1);
        File.GetUnixFileMode(Entry).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    [Fact]
    [Guarantee("DevServers", 5)]
    public async Task A_damaged_directory_is_made_anew_once()
    {
        await StartAndStopAsync();
        File.WriteAllText(Path.Combine(Entry, "global", "pg_control"), "damaged");

        await StartAndStopAsync();
        await StartAndStopAsync();

        Initialisations.Should().Be(2);
    }

    [Fact]
    public async Task A_directory_that_others_could_have_written_to_is_not_used()
    {
        await StartAndStopAsync();
        File.SetUnixFileMode(Entry, File.GetUnixFileMode(Entry) | UnixFileMode.OtherWrite);

        await StartAndStopAsync();

        Initialisations.Should().Be(2);
    }

    [Fact]
    public async Task Where_no_cache_can_be_kept_servers_start_without()
    {
        File.WriteAllText(Path.Combine(_cache.FullPath, "file"), "not a directory");

        await using (await DevServers.StartPostgresAsync(Options(Path.Combine(_cache.FullPath, "file")), Token))
        {
        }
        await using (await DevServers.StartPostgresAsync(Options(Path.Combine(_cache.FullPath, "file")), Token))
        {
        }

        Initialisations.Should().Be(2);
    }

    [Fact]
    public async Task A_server_that_cannot_start_at_all_is_tried_twice_and_tells_why()
    {
        _tools.Script("postgres", $"[ \"$1\" = --version ] && exec {Binaries.Directory}/postgres --version\necho the reason >&2; exit 1");

        await this.Awaiting(tests => tests.StartAndStopAsync()).Should().ThrowAsync<ServerStartException>().WithMessage("*the reason*");

        Initialisations.Should().Be(2);
    }

    private async Task StartAndStopAsync()
    {
        await using var server = await DevServers.StartPostgresAsync(Options(_cache.FullPath), Token);
    }

    private DevPostgresOptions Options(string cache) => new() { BinDirectory = _tools.FullPath, CacheDirectory = cache };
}
