namespace Patterns.DevServers;

/// <summary>How a PostgreSQL server for development and tests is started.</summary>
public sealed class DevPostgresOptions : ServerOptions
{
    /// <summary>
    /// Everything as in production and on a real disk: for durability tests and benchmarks. Off (the default), an acknowledged commit survives when the server is killed,
    /// but not when the machine is.
    /// </summary>
    public bool Durable { get; set; }

    /// <summary>Listens on 127.0.0.1, on a random port and with a random password, for tools that cannot use a Unix socket. Off by default.</summary>
    public bool Tcp { get; set; }

    /// <summary>
    /// Where initialised data directories are kept. Null (the default): the environment variable <c>PATTERNS_CACHE</c>, else the user's cache directory, or
    /// <c>/var/cache/patterns-devservers</c> as root.
    /// </summary>
    public string? CacheDirectory { get; set; }

    internal override IEnumerable<string> Key => [.. base.Key, Durable.ToString(), Tcp.ToString(), CacheDirectory ?? ""];

    internal override bool NeedsDisk => Durable;

    internal override void Validate()
    {
        base.Validate();
        Refuse("port", "listen_addresses", "unix_socket_directories", "data_directory", "hba_file", "logging_collector", "log_destination");
    }
}
