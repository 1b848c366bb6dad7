using Npgsql;

namespace Patterns.DevServers;

/// <summary>One PostgreSQL server, whoever started it, and the databases that are made on it.</summary>
internal sealed class PostgresServer : IAsyncDisposable
{
    private readonly StartedServer? _started;
    private readonly NpgsqlDataSource _admin;
    private readonly NpgsqlConnectionStringBuilder _connectionString;

    private PostgresServer(StartedServer? started, NpgsqlConnectionStringBuilder connectionString, Version version, string copying)
    {
        (_started, _connectionString, Version) = (started, connectionString, version);
        _admin = DataSource(connectionString);
        Databases = new Databases(_admin, ConnectionString, () => _started is null or { Runs: true }, copying);
    }

    public Databases Databases { get; }

    public Version Version { get; }

    /// <summary>The connection string of the database that an application uses: where the server was pointed to, the one that was named there.</summary>
    public string DefaultConnectionString => _connectionString.ConnectionString;

    private StartedServer Started => _started ?? throw new NotSupportedException(
        $"This server was not started here, so it is not stopped, killed or paused here either: {PostgresSource.Variable} points to it. Unset the variable for tests that do so.");

    /// <summary>Takes a server that was started here into use.</summary>
    /// <param name="started">The server.</param>
    /// <param name="connectionString">How it is reached by everybody.</param>
    /// <param name="durable">Whether it flushes to a disk.</param>
    public static async Task<PostgresServer> OpenAsync(StartedServer started, NpgsqlConnectionStringBuilder connectionString, bool durable)
    {
        var version = await VersionOfAsync(connectionString).ConfigureAwait(false);
        // Without fsync, copying files is faster than copying pages through the log, which is the default since PostgreSQL 15.
        return new PostgresServer(started, connectionString, version, !durable && version.Major >= 15 ? "STRATEGY FILE_COPY" : "");
    }

    /// <summary>Takes a server into use that was started by somebody else.</summary>
    public static async Task<PostgresServer> OpenAsync(NpgsqlConnectionStringBuilder connectionString, TimeProvider time)
    {
        var server = new PostgresServer(null, connectionString, await VersionOfAsync(connectionString).ConfigureAwait(false), "");
        try
        {
            await server.Databases.CheckRightAsync().ConfigureAwait(false);
            await server.Databases.DropAbandonedAsync(time).ConfigureAwait(false);
            return server;
        }
        catch
        {
            await server.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    public static NpgsqlDataSource DataSource(NpgsqlConnectionStringBuilder connectionString) =>
        new NpgsqlSlimDataSourceBuilder(new NpgsqlConnectionStringBuilder(connectionString.ConnectionString) { MaxPoolSize = 8 }.ConnectionString).EnableTransportSecurity().Build();

    public string ConnectionString(string database) => new NpgsqlConnectionStringBuilder(_connectionString.ConnectionString) { Database = database }.ConnectionString;

    public Task KillAsync() => EndAsync(Started.KillAsync());

    public Task StopAsync(StopMode mode) => EndAsync(Started.StopAsync(mode));

    public Task RestartAsync(CancellationToken ct) => EndAsync(Started.RestartAsync(ct));

    public Task PauseAsync() => Started.PauseAsync();

    public Task ResumeAsync() => Started.ResumeAsync();

    public async ValueTask DisposeAsync()
    {
        await Databases.DisposeAsync(keep: _started is not null).ConfigureAwait(false);
        await _admin.DisposeAsync().ConfigureAwait(false);
        if (_started is not null) await _started.DisposeAsync().ConfigureAwait(false);
    }

    private static async Task<Version> VersionOfAsync(NpgsqlConnectionStringBuilder connectionString)
    {
        var dataSource = DataSource(connectionString);
        await using var disposing = dataSource.ConfigureAwait(false);
        var connection = await dataSource.OpenConnectionAsync().ConfigureAwait(false);
        await using var closing = connection.ConfigureAwait(false);
        return connection.PostgreSqlVersion;
    }

    private async Task EndAsync(Task ending)
    {
        await ending.ConfigureAwait(false);
        _admin.Clear(); // its connections are broken
    }
}
