using System.Globalization;

namespace Patterns.DevServers;

/// <summary>The places where a server's directory can be.</summary>
internal static class Place
{
    private const string Memory = "/dev/shm";
    private const long EnoughMemory = 2L << 30;

    /// <summary>A place with a short path, for a socket.</summary>
    public static string Short => Directory.Exists("/tmp") ? "/tmp" : "/var/tmp";

    /// <summary>Where a server with these options may be, the best place first.</summary>
    public static IReadOnlyList<string> For(ServerOptions options)
    {
        if (options.Directory is { } directory) return [Path.GetFullPath(directory)];
        var temporary = Path.TrimEndingDirectorySeparator(Path.GetTempPath());
        // Where /tmp is kept in memory, /var/tmp is not.
        if (options.NeedsDisk) return IsMemory(temporary) && Directory.Exists("/var/tmp") ? ["/var/tmp", temporary] : [temporary];
        return Directory.Exists(Memory) && new DriveInfo(Memory).AvailableFreeSpace >= EnoughMemory ? [Memory, temporary] : [temporary];
    }

    /// <summary>Ends what processes that are dead left behind in any of the places, and in <paramref name="others"/>.</summary>
    public static void RemoveAbandoned(TimeProvider time, params IEnumerable<string?> others)
    {
        if (OperatingSystem.IsWindows()) return;
        foreach (var place in others.Concat([Memory, Path.TrimEndingDirectorySeparator(Path.GetTempPath()), "/tmp", "/var/tmp"]).OfType<string>().Distinct(StringComparer.Ordinal))
            OwnedDirectory.RemoveAbandoned(place, time);
    }

    public static string FreeSpace(string place) => Directory.Exists(place)
        ? string.Create(CultureInfo.InvariantCulture, $"{new DriveInfo(place).AvailableFreeSpace / (1024.0 * 1024):0.0} MiB")
        : "0 MiB";

    private static bool IsMemory(string place) => new DriveInfo(place).DriveFormat is "tmpfs" or "ramfs";
}
