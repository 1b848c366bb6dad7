namespace Kernel.Tests.Servers;

/// <summary>The PostgreSQL programs of this machine, for tests that put something in front of them.</summary>
internal static class Binaries
{
    public static string Directory { get; } = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')
        .Concat(System.IO.Directory.Exists("/usr/lib/postgresql") ? System.IO.Directory.EnumerateDirectories("/usr/lib/postgresql").Select(path => path + "/bin") : [])
        .Concat(System.IO.Directory.EnumerateDirectories("/usr", "pgsql-*").Select(path => path + "/bin"))
        .First(path => File.Exists(path + "/initdb") && File.Exists(path + "/postgres"));
}
