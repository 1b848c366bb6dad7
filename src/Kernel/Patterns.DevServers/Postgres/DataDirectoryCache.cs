using System.Runtime.Versioning;
using System.Security.Cryptography;
using System.Text;

namespace Patterns.DevServers;

/// <summary>Initialised data directories, each made once per server version, options and user, and copied for every server.</summary>
[UnsupportedOSPlatform("windows")]
internal sealed class DataDirectoryCache(PostgresBinaries binaries, ServerUser user, DevPostgresOptions options)
{
    private const string Variable = "PATTERNS_CACHE";
    private const string Name = "patterns-devservers";
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode Shared = Private | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    private const string InitScript =
        """
        bin=$1
        shift
        "$bin/initdb" -D data "$@" >/dev/null && echo >done
        """;

    private string? _entry;

    /// <summary>Where the cache is; it may not exist yet.</summary>
    public static string Root(DevPostgresOptions options)
    {
        if ((options.CacheDirectory ?? Environment.GetEnvironmentVariable(Variable)) is { Length: > 0 } given) return given;
        // Root's own cache is closed to the user that its servers run as.
        if (LibC.IsRoot) return "/var/cache/" + Name;
        if (Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } cache) return Path.Combine(cache, Name);
        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        return Directory.Exists(home) && home != "/" ? Path.Combine(home, ".cache", Name) : Path.Combine(Path.GetTempPath(), $"{Name}-{LibC.UserId}");
    }

    /// <summary>The path of an initialised data directory, made now if there is none; null when no cache can be kept here.</summary>
    public async Task<string?> GetAsync()
    {
        var root = Root(options);
        var version = await binaries.VersionAsync(options.TimeProvider).ConfigureAwait(false);
        var key = string.Join('\n', [version, binaries.Directory, user.Name, .. PostgresSettings.InitArguments(options)]);
        _entry = Path.Combine(root, "postgres-" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)).AsSpan(0, 8)));
        try
        {
            Directory.CreateDirectory(root, user.IsOther ? Shared : Private);
            if (!Directory.Exists(_entry) && !await MakeAsync(root, _entry).ConfigureAwait(false)) return null;
            // Anyone could have put a directory there that others may write to; the owner is looked at by the script that copies it.
            return File.GetUnixFileMode(_entry) == Private ? _entry : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null; // the directory is closed, full or on a read-only disk; servers start without it, only slower
        }
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

    private async Task<bool> MakeAsync(string root, string entry)
    {
        using var making = OwnedDirectory.Create(root, "new", user);
        var init = await WatchedProcess.StartAsync(user, making, null, InitScript, [binaries.Directory, .. PostgresSettings.InitArguments(options)]).ConfigureAwait(false);
        await using var removing = init.ConfigureAwait(false);
        await init.Ended.ConfigureAwait(false);
        if (!File.Exists(Path.Combine(making.FullPath, "done"))) return false; // the server's own start says why, or succeeds elsewhere
        try
        {
            Directory.Move(Path.Combine(making.FullPath, LocalPostgres.DataName), entry);
        }
        catch (IOException) when (Directory.Exists(entry))
        {
            // Another process was first, and its directory serves as well.
        }
        return true;
    }
}
