using System.Globalization;

namespace Patterns.DevServers;

/// <summary>How a PostgreSQL server for development and tests is started.</summary>
public sealed class DevPostgresOptions
{
    /// <summary>The directory with <c>postgres</c> and <c>initdb</c>; null (the default) looks for it.</summary>
    public string? BinDirectory { get; set; }

    /// <summary>
    /// Everything as in production and on a real disk: for durability tests and benchmarks. Off (the default), the server keeps an acknowledged commit when it is killed,
    /// but not when the machine is.
    /// </summary>
    public bool Durable { get; set; }

    /// <summary>Listens on 127.0.0.1, on a random port and with a random password, for tools that cannot use a Unix socket. Off by default.</summary>
    public bool Tcp { get; set; }

    /// <summary>Settings of <c>postgresql.conf</c> that are added to the server's, or replace them, such as <c>["max_connections"] = "500"</c>.</summary>
    public IDictionary<string, string> Settings { get; } = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether a start with equal options in this process returns the same server (the default). Tests that kill their server want one of their own.</summary>
    public bool Shared { get; set; } = true;

    /// <summary>Keeps the directory of a server that did not start; the exception says where it is. Off by default.</summary>
    public bool KeepOnFailure { get; set; }

    /// <summary>How long the server may take to start; 60 seconds by default.</summary>
    public TimeSpan StartTimeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>Where the server's directory is made. Null (the default): <c>/dev/shm</c> with at least 2 GiB free and without <see cref="Durable"/>, else the temporary directory.</summary>
    public string? Directory { get; set; }

    /// <summary>
    /// Where initialised data directories are kept. Null (the default): <c>PATTERNS_CACHE</c>, else the user's cache directory, or <c>/var/cache/patterns-devservers</c> as root.
    /// </summary>
    public string? CacheDirectory { get; set; }

    /// <summary>The clock of timeouts; the system's by default.</summary>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;

    /// <summary>Equal for options that may share a server.</summary>
    internal string Key => string.Join('\n',
    [
        BinDirectory ?? "", Durable.ToString(), Tcp.ToString(), KeepOnFailure.ToString(), StartTimeout.ToString("c", CultureInfo.InvariantCulture), Directory ?? "", CacheDirectory ?? "",
        .. Settings.OrderBy(setting => setting.Key, StringComparer.OrdinalIgnoreCase).Select(setting => $"{setting.Key.ToUpperInvariant()}={setting.Value}"),
    ]);
}
