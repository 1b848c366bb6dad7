using System.Globalization;

namespace Patterns.DevServers;

/// <summary>
/// The processes of a server, known by their working directory: all of PostgreSQL's and Redis's processes work inside the server's own
/// directory, also those whose parent is dead. So no process is ever signalled because of a number in a file.
/// </summary>
internal static class ServerProcesses
{
    public static IReadOnlyList<int> In(string directory)
    {
        var found = new List<int>();
        if (!OperatingSystem.IsLinux()) return found;
        foreach (var process in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(process.AsSpan()), NumberStyles.None, CultureInfo.InvariantCulture, out var id)
                && id != Environment.ProcessId
                && WorkingDirectory(process) is { } working
                && (working == directory || working.StartsWith(directory + "/", StringComparison.Ordinal)))
                found.Add(id);
        }
        return found;
    }

    /// <summary>Stops all of them where they are, and returns when they are stopped: a signal takes effect only when its process gets a processor.</summary>
    public static void Pause(string directory)
    {
        while (In(directory).Where(process => !IsStopped(process)).ToList() is { Count: > 0 } running)
        {
            foreach (var process in running) LibC.Signal(process, LibC.SigStop);
            Thread.Yield();
        }
    }

    /// <summary>Lets all of them go on.</summary>
    public static void Resume(string directory)
    {
        foreach (var process in In(directory)) LibC.Signal(process, LibC.SigCont);
    }

    /// <summary>Kills all of them, and gives back the shared memory that a killed PostgreSQL leaves in the kernel.</summary>
    public static void Kill(string directory)
    {
        // To the last one: until it is dead, it may still make a file in the directory that is about to be removed.
        while (In(directory) is { Count: > 0 } left)
        {
            foreach (var process in left) LibC.Signal(process, LibC.SigKill);
            Thread.Yield();
        }
        RemoveSharedMemory(directory);
    }

    /// <summary>Line 7 of postmaster.pid is "key id" of its System V segment; a server that stopped by itself has removed both.</summary>
    private static void RemoveSharedMemory(string directory)
    {
        var file = Path.Combine(directory, LocalPostgres.DataName, "postmaster.pid");
        if (!File.Exists(file)) return;
        var lines = File.ReadAllLines(file);
        if (lines.Length > 6 && lines[6].Split(' ', StringSplitOptions.RemoveEmptyEntries) is [_, var id]
            && int.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var segment))
            LibC.RemoveSharedMemory(segment);
    }

    /// <summary>State T of proc(5), which comes after the name in parentheses; a process that has ended does not run either.</summary>
    private static bool IsStopped(int process)
    {
        try
        {
            var fields = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/stat"));
            return fields.AsSpan(fields.LastIndexOf(')') + 1).TrimStart() is ['T' or 't' or 'Z' or 'X', ..];
        }
        catch (IOException)
        {
            return true;
        }
    }

    private static string? WorkingDirectory(string process)
    {
        try
        {
            return new FileInfo(process + "/cwd").LinkTarget;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null; // ended meanwhile, or another user's
        }
    }
}
