using System.Globalization;

namespace Kernel.Tests.Servers;

/// <summary>What a server leaves on a machine, looked at from outside.</summary>
internal static class Traces
{
    /// <summary>The processes that work in a directory or below it.</summary>
    public static IReadOnlyList<int> ProcessesIn(string directory) =>
        [.. Processes().Where(process => WorkingDirectory(process)?.StartsWith(directory, StringComparison.Ordinal) == true)];

    /// <summary>The System V segment of a running PostgreSQL.</summary>
    public static string SharedMemoryOf(string directory) =>
        File.ReadAllLines(Path.Combine(directory, "data", "postmaster.pid"))[6].Split(' ', StringSplitOptions.RemoveEmptyEntries)[1];

    public static bool SharedMemoryExists(string id) =>
        File.ReadLines("/proc/sysvipc/shm").Skip(1).Any(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1] == id);

    /// <summary>Whether a process is stopped (state T of proc(5)).</summary>
    public static bool IsStopped(int process) => StatOf(process) is ["T", ..];

    /// <summary>The living children of a process.</summary>
    public static IReadOnlyList<int> ChildrenOf(int parent) =>
        [.. Processes().Where(process => StatOf(process) is [not "Z", var its, ..] && its == parent.ToString(CultureInfo.InvariantCulture))];

    /// <summary>The user that a process runs as.</summary>
    /// <returns>The user's number, or null when the process has ended meanwhile.</returns>
    public static string? UserOf(int process)
    {
        try
        {
            return File.ReadLines($"/proc/{process}/status").Single(line => line.StartsWith("Uid:", StringComparison.Ordinal)).Split('\t')[1];
        }
        catch (DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Waits until neither a process nor a directory of a server is left.</summary>
    public static Task AreGoneAsync(string directory) => Eventually.HoldsAsync(
        $"no process works in {directory}, and it does not exist", () => !Directory.Exists(directory) && ProcessesIn(directory).Count == 0);

    private static IEnumerable<int> Processes() =>
        Directory.EnumerateDirectories("/proc").Select(Path.GetFileName).Where(name => char.IsAsciiDigit(name![0])).Select(name => int.Parse(name!, CultureInfo.InvariantCulture));

    /// <summary>The fields of /proc/n/stat after the name, which may hold spaces: state, parent and so on; empty when the process has ended.</summary>
    private static string[] StatOf(int process)
    {
        try
        {
            var text = File.ReadAllText($"/proc/{process}/stat");
            return text[(text.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        }
        catch (IOException)
        {
            return [];
        }
    }

    private static string? WorkingDirectory(int process)
    {
        try
        {
            return new FileInfo($"/proc/{process}/cwd").LinkTarget;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
