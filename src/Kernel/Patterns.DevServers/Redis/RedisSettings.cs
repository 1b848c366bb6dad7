using System.Globalization;
using System.Text;

namespace Patterns.DevServers;

/// <summary>The settings that a Redis server starts with.</summary>
internal static class RedisSettings
{
    /// <summary>The configuration file of a server on this machine.</summary>
    public static string File(DevRedisOptions options, int port, string password)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"bind 127.0.0.1\nport {port}\nrequirepass {password}\ndir ./data\ndaemonize no\nlogfile \"\"\n");
        foreach (var (name, value) in For(options)) text.Append(CultureInfo.InvariantCulture, $"{name} {Quote(name, value)}\n");
        return text.ToString();
    }

    public static IReadOnlyDictionary<string, string> For(DevRedisOptions options)
    {
        var settings = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase) { ["save"] = "", ["appendonly"] = "no" };
        if (options.Persistence == RedisPersistence.Always) (settings["appendonly"], settings["appendfsync"]) = ("yes", "always");
        foreach (var (name, value) in options.Settings) settings[name] = value;
        return settings;
    }

    /// <summary>An empty value needs quotes; others are as the file has them, where a setting may have several arguments.</summary>
    private static string Quote(string name, string value) => value.Length == 0 ? "\"\"" : value;
}
