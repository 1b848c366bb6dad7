using Npgsql;

namespace Patterns.DevServers;

/// <summary>One PostgreSQL server, whoever started it, and the databases that are made on it.</summary>
internal sealed class PostgresServer : IAsyncDisposable
{
    private readonly StartedServer? _started;
    private readonly NpgsqlDataSource _admin;
    private readonly string _connectionString;

    private PostgresServer(StartedServer? started, string connectionString)
    {
        (_started, _connectionString) = (started, connectionString);
        _admin = new NpgsqlSlimDataSourceBuilder(new NpgsqlConnectionStringBuilder(connectionString) { MaxPoolSize = 8 }.ConnectionString).Build();
        Databases = new Databases(_admin, ConnectionString, () => _started is null or { Runs: true });
    }

    public Databases Databases { get; }

    public Version Version { get; private set; } = new();

    public StartedServer Started => _started ?? throw new NotSupportedException(
        "This server was not started here, so it is not stopped, killed or paused here either: PATTERNS_POSTGRES points to it. Unset the variable for tests that do so.");

    public string ConnectionString(string database) => new NpgsqlConnectionStringBuilder(_connectionString) { Database = database }.ConnectionString;

    public static async Task<PostgresServer> StartAsync(DevPostgresOptions options)
    {
        if (OperatingSystem.IsWindows()) throw new ServerNotFoundException("Servers are not started on Windows.");
        var time = options.TimeProvider;
        var binaries = PostgresBinaries.Find(options.BinDirectory) ?? throw new ServerNotFoundException("PostgreSQL was not found on this machine.");
        var user = await ServerUser.FindAsync(time, CancellationToken.None).ConfigureAwait(false);
        var cache = new DataDirectoryCache(binaries, user, options);
        var cached = await cache.GetAsync(CancellationToken.None).ConfigureAwait(false);
        var directory = OwnedDirectory.Create("/dev/shm", "postgres", user);
        var started = new LocalPostgres(binaries, user, directory, null, cached, LocalPostgres.SocketPort, options);
        await started.StartAsync(CancellationToken.None).ConfigureAwait(false);
        var server = new PostgresServer(started, new NpgsqlConnectionStringBuilder
        {
            Host = started.SocketDirectory, Port = LocalPostgres.SocketPort, Username = "postgres", Database = "postgres", IncludeErrorDetail = true,
        }.ConnectionString);
        await using var connection = (await server._admin.OpenConnectionAsync().ConfigureAwait(false)).ConfigureAwait(false);
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        await Databases.DisposeAsync().ConfigureAwait(false);
        if (_started is not null) await _started.DisposeAsync().ConfigureAwait(false);
    }
}
