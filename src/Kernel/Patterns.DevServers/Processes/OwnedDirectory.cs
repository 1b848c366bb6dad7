using System.Runtime.Versioning;
using System.Security.Cryptography;

namespace Patterns.DevServers;

/// <summary>A directory that lives as long as the process that made it: it holds a lock file, whose lock the kernel frees when that process ends.</summary>
internal sealed class OwnedDirectory : IDisposable
{
    private const string Prefix = "patterns-devserver-";
    private const string LockName = "lock";
    private const string KeepName = "keep";
    private const int Attempts = 3;
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    // A directory without a lock file is one that is just being made, or whose maker died in that moment.
    private static readonly TimeSpan MakingTakesAtMost = TimeSpan.FromMinutes(1);

    private readonly FileStream _lock;

    private OwnedDirectory(string path, FileStream @lock) => (FullPath, _lock) = (path, @lock);

    public string FullPath { get; }

    public string Name => Path.GetFileName(FullPath);

    [UnsupportedOSPlatform("windows")]
    public static OwnedDirectory Create(string root, string kind, ServerUser user)
    {
        root = LibC.RealPath(root);
        for (var attempt = 1; ; attempt++)
        {
            var path = Path.Combine(root, $"{Prefix}{kind}-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4))}");
            if (Directory.Exists(path)) continue;
            Directory.CreateDirectory(path, Private);
            try
            {
                if (TryLock(path, FileMode.CreateNew) is not { } held) continue;
                // Between the making of the file and our lock, somebody who clears up may have had the lock, and have removed the directory: ours is then on a file that is gone.
                if (File.Exists(held.Name))
                {
                    user.Own(path);
                    return new OwnedDirectory(path, held);
                }
                held.Dispose();
            }
            catch (IOException) when (attempt < Attempts)
            {
                // Or has it now, and will remove the directory.
            }
            catch
            {
                Directory.Delete(path, recursive: true);
                throw;
            }
        }
    }

    /// <summary>Marks the directory, so that nobody clears it up.</summary>
    public void Keep() => File.WriteAllText(Path.Combine(FullPath, KeepName), "");

    public bool IsClosed => !_lock.CanWrite;

    public void Dispose() => _lock.Dispose();

    /// <summary>Ends the servers and removes the directories under <paramref name="root"/> whose makers are dead and could not clear up.</summary>
    public static void RemoveAbandoned(string root, TimeProvider time)
    {
        if (!Directory.Exists(root)) return;
        foreach (var path in Directory.EnumerateDirectories(LibC.RealPath(root), Prefix + "*"))
        {
            try
            {
                if (!File.Exists(Path.Combine(path, LockName)))
                {
                    if (Directory.Exists(path) && time.GetUtcNow() - new DateTimeOffset(Directory.GetLastWriteTimeUtc(path)) > MakingTakesAtMost) Remove(path);
                }
                else if (!File.Exists(Path.Combine(path, KeepName)) && TryLock(path, FileMode.Open) is { } held)
                {
                    using (held) Remove(path);
                }
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                // Another user's, or another process clears it up at this moment.
            }
        }
    }

    /// <summary>Ends whatever still works in the directory and removes it.</summary>
    public static void Remove(string path)
    {
        ServerProcesses.Kill(path);
        if (Directory.Exists(path)) Directory.Delete(path, recursive: true);
    }

    private static FileStream? TryLock(string path, FileMode mode)
    {
        var file = new FileStream(Path.Combine(path, LockName), mode, FileAccess.ReadWrite, FileShare.None);
        // .NET's own lock can be turned off by an environment variable; this one cannot.
        if (LibC.TryLock(file.SafeFileHandle)) return file;
        file.Dispose();
        return null;
    }
}
