namespace Patterns.DevServers;

/// <summary>Says how a server gets onto this system.</summary>
internal static class InstallHint
{
    /// <summary>The exception for a server that is neither on this machine nor was pointed to.</summary>
    /// <param name="server">Its name in prose.</param>
    /// <param name="variable">The environment variable that points to a running one.</param>
    /// <param name="example">What the variable may hold.</param>
    /// <param name="packages">What it is called in apt, dnf, apk and brew.</param>
    public static ServerNotFoundException NotFound(string server, string variable, string example, (string Apt, string Dnf, string Apk, string Brew) packages)
    {
        var install = PackageTool() switch
        {
            "apt" => $"Install it: {AsRoot}apt-get update && {AsRoot}apt-get install -y {packages.Apt}",
            "dnf" => $"Install it: {AsRoot}dnf install -y {packages.Dnf}",
            "apk" => $"Install it: {AsRoot}apk add {packages.Apk}",
            "brew" => $"Install it: brew install {packages.Brew}",
            _ => "Install it with this system's package tool",
        };
        return new ServerNotFoundException(
            $"{server} was not found on this machine, and Docker does not answer. {install}\nOr point {variable} at a running server, such as {variable}=\"{example}\".");
    }

    private static string AsRoot => !OperatingSystem.IsWindows() && LibC.IsRoot ? "" : "sudo ";

    private static string? PackageTool()
    {
        if (OperatingSystem.IsMacOS()) return "brew";
        if (!File.Exists("/etc/os-release")) return null;
        // os-release(5): ID names the system, ID_LIKE those that it descends from, the nearest first.
        var fields = File.ReadLines("/etc/os-release").Select(line => line.Split('=', 2)).Where(field => field.Length == 2)
            .ToLookup(field => field[0], field => field[1].Trim('"', '\''), StringComparer.Ordinal);
        return fields["ID"].Concat(fields["ID_LIKE"].SelectMany(ids => ids.Split(' '))).Select(id => id switch
        {
            "debian" or "ubuntu" => "apt",
            "fedora" or "rhel" or "centos" => "dnf",
            "alpine" => "apk",
            _ => null,
        }).FirstOrDefault(tool => tool is not null);
    }
}
