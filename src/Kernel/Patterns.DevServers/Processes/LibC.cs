using System.Runtime.InteropServices;

namespace Patterns.DevServers;

/// <summary>The few calls of the C library that .NET has no face for. The numbers are the same on Linux and macOS, except where said.</summary>
internal static partial class LibC
{
    public const int SigInt = 2;
    public const int SigQuit = 3;
    public const int SigKill = 9;
    public const int SigTerm = 15;

    public static readonly int SigStop = OperatingSystem.IsMacOS() ? 17 : 19;
    public static readonly int SigCont = OperatingSystem.IsMacOS() ? 19 : 18;

    private const int LockExclusive = 2;
    private const int LockNoWait = 4;
    private const int RemoveId = 0;

    /// <summary>True when the calling process runs as root.</summary>
    public static bool IsRoot => UserId == 0;

    /// <summary>The effective user of this process.</summary>
    public static uint UserId => GetEffectiveUserId();

    /// <summary>Sends a signal; false when there is no such process or it may not be signalled.</summary>
    public static bool Signal(int process, int signal) => process > 1 && Kill(process, signal) == 0;

    /// <summary>Gives a file or directory to a user.</summary>
    public static void ChangeOwner(string path, uint user, uint group)
    {
        if (Chown(path, user, group) != 0)
            throw new IOException($"Cannot give '{path}' to user {user}: {Marshal.GetLastPInvokeErrorMessage()}.");
    }

    /// <summary>Takes the advisory lock of an open file without waiting; the kernel gives it back when the process ends, however it ends.</summary>
    public static bool TryLock(SafeHandle file) => FileLock(file, LockExclusive | LockNoWait) == 0;

    /// <summary>Removes a System V shared memory segment; one that is gone already is not an error.</summary>
    public static void RemoveSharedMemory(int id) => _ = SharedMemoryControl(id, RemoveId, 0);

    /// <summary>The path without symbolic links, as <c>/proc</c> shows it; the path itself when it does not exist.</summary>
    public static string RealPath(string path) => ResolvePath(path, 0) ?? path;

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint GetEffectiveUserId();

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int process, int signal);

    [LibraryImport("libc", EntryPoint = "lchown", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Chown(string path, uint user, uint group);

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    private static partial int FileLock(SafeHandle file, int operation);

    [LibraryImport("libc", EntryPoint = "shmctl", SetLastError = true)]
    private static partial int SharedMemoryControl(int id, int command, nint buffer);

    [LibraryImport("libc", EntryPoint = "realpath", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial string? ResolvePath(string path, nint resolved);
}
