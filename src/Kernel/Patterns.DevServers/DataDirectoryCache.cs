using System.Runtime.Versioning;
using System.Security.Cryptography;
using System.Text;

namespace Patterns.DevServers;

/// <summary>Initialised data directories, each made once per server version, options and user, and copied for every server.</summary>
[UnsupportedOSPlatform("windows")]
internal sealed class DataDirectoryCache(PostgresBinaries binaries, ServerUser user, DevPostgresOptions options)
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode Shared = Private | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    private const string InitScript =
        """
        bin=$1
        shift
        "$bin/initdb" -D data "$@" >/dev/null && echo >done
        """;

    private string? _entry;

    /// <summary>The path of an initialised data directory, made now if there is none; null when no cache can be kept here.</summary>
    public async Task<string?> GetAsync(CancellationToken ct)
    {
        if (Root() is not { } root) return null;
        var version = await binaries.VersionAsync(options.TimeProvider, ct).ConfigureAwait(false);
        var key = string.Join('\n', [version, binaries.Directory, user.Name, .. PostgresSettings.InitArguments(options)]);
        _entry = Path.Combine(root, "postgres-" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)).AsSpan(0, 8)));
        if (!Directory.Exists(_entry)) await MakeAsync(root, _entry, ct).ConfigureAwait(false);
        // Anyone could have put a directory there that others may write to; the owner is looked at by the script that copies it.
        return File.GetUnixFileMode(_entry) == Private ? _entry : null;
    }

    /// <summary>Removes the entry: a server did not start from a copy of it.</summary>
    public void Discard()
    {
        if (_entry is null) return;
        var aside = $"{_entry}.{Guid.CreateVersion7():N}";
        try
        {
            Directory.Move(_entry, aside); // at once, so that no other process copies half of it
            Directory.Delete(aside, recursive: true);
        }
        catch (DirectoryNotFoundException)
        {
            // Another process discarded it first.
        }
    }

    private async Task MakeAsync(string root, string entry, CancellationToken ct)
    {
        using var making = OwnedDirectory.Create(root, "new", user);
        var init = await WatchedProcess.StartAsync(user, making, null, InitScript, [binaries.Directory, .. PostgresSettings.InitArguments(options)]).ConfigureAwait(false);
        await using var removing = init.ConfigureAwait(false);
        await init.Ended.WaitAsync(ct).ConfigureAwait(false);
        if (!File.Exists(Path.Combine(making.FullPath, "done"))) throw new ServerStartException($"PostgreSQL's initdb failed. It wrote:\n{init.Log}");
        try
        {
            Directory.Move(Path.Combine(making.FullPath, LocalPostgres.DataName), entry);
        }
        catch (IOException) when (Directory.Exists(entry))
        {
            // Another process was first, and its directory serves as well.
        }
    }

    private string? Root()
    {
        // A user's own cache may be closed to the user that servers run as, when root starts them.
        var root = options.CacheDirectory ?? Environment.GetEnvironmentVariable("PATTERNS_CACHE")
            ?? (user.Prefix.Count > 0 ? "/var/cache/patterns-devservers" : Path.Combine(UserCache(), "patterns-devservers"));
        try
        {
            Directory.CreateDirectory(root, user.Prefix.Count > 0 ? Shared : Private);
            return root;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static string UserCache() => Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } cache
        ? cache
        : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");
}
