using System.Globalization;
using System.Text;

namespace Patterns.DevServers;

/// <summary>The settings that a server starts with, and the arguments that its data directory is made with.</summary>
internal static class PostgresSettings
{
    public static IReadOnlyList<string> InitArguments(DevPostgresOptions options) =>
    [
        "--username=postgres", "--encoding=UTF8", "--locale=C", "--auth-local=trust", "--auth-host=scram-sha-256", "--no-sync", "--no-instructions",
        // With the usual 16 MiB, every copy of the directory is that much larger.
        .. options.Durable ? Array.Empty<string>() : ["--wal-segsize=1"],
    ];

    /// <summary>What is added to postgresql.conf. Not given on the command line, so that <c>ALTER SYSTEM</c> can change it.</summary>
    public static string File(DevPostgresOptions options, string socketDirectory, int port)
    {
        var text = new StringBuilder();
        foreach (var (name, value) in For(options)) Append(name, value);
        Append("unix_socket_directories", $"\"{socketDirectory}\"");
        Append("listen_addresses", options.Tcp ? "127.0.0.1" : "");
        Append("port", port.ToString(CultureInfo.InvariantCulture));
        return text.ToString();

        void Append(string name, string value) => text.Append(name).Append(" = '").Append(value.Replace("'", "''", StringComparison.Ordinal)).Append("'\n");
    }

    public static IReadOnlyDictionary<string, string> For(DevPostgresOptions options)
    {
        var settings = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase)
        {
            ["max_connections"] = "200",
            ["timezone"] = "UTC",
            ["log_timezone"] = "UTC",
            ["lc_messages"] = "C", // some messages are recognised by their text
            // As POSIX shared memory it would outlive a killed server; as files it is in the directory that is removed.
            ["dynamic_shared_memory_type"] = "mmap",
        };
        if (!options.Durable)
        {
            settings["fsync"] = "off";
            settings["full_page_writes"] = "off";
            // An acknowledged commit then survives a killed server, which is what crash tests check.
            settings["synchronous_commit"] = "on";
        }
        foreach (var (name, value) in options.Settings) settings[name] = value;
        return settings;
    }
}
