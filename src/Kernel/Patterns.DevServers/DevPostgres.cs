namespace Patterns.DevServers;

/// <summary>A running PostgreSQL server. Disposing gives it back; the last one to do so ends it and removes everything of it.</summary>
public sealed class DevPostgres : IAsyncDisposable
{
    private readonly SharedServers<PostgresServer>.Lease _lease;

    internal DevPostgres(SharedServers<PostgresServer>.Lease lease) => _lease = lease;

    /// <summary>The server's version, such as 17.5.</summary>
    public Version Version => _lease.Server.Version;

    /// <summary>The connection string that an application gets.</summary>
    internal string DefaultConnectionString => _lease.Server.DefaultConnectionString;

    /// <summary>The connection string for Npgsql.</summary>
    /// <param name="database">The database's name.</param>
    /// <returns>The connection string, with the password if the server has one.</returns>
    public string ConnectionString(string database = "postgres") => _lease.Server.ConnectionString(database);

    /// <summary>Makes a template: a database that is filled once and copied from then on.</summary>
    /// <param name="key">Names the template. On this server, <paramref name="build"/> runs once for each key, also when called at the same time.</param>
    /// <param name="build">Fills the database behind the connection string that it gets. Connections that it leaves open are ended.</param>
    /// <param name="ct">Ends the waiting, and the building if this call is the one that builds.</param>
    /// <returns>The template's name, for <see cref="CreateDatabaseAsync"/>. When <paramref name="build"/> throws, nothing is left and the next call builds again.</returns>
    public Task<string> TemplateAsync(string key, Func<string, CancellationToken, Task> build, CancellationToken ct = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(key);
        ArgumentNullException.ThrowIfNull(build);
        return _lease.Server.Databases.TemplateAsync(key, build, ct);
    }

    /// <summary>Makes a database. One is kept ready per template, so that a call usually waits for nothing.</summary>
    /// <param name="template">The database that is copied, usually from <see cref="TemplateAsync"/>; null makes an empty one. Connections to it are ended.</param>
    /// <param name="ct">Ends the waiting.</param>
    /// <returns>The database, which is dropped when disposed.</returns>
    public Task<DevDatabase> CreateDatabaseAsync(string? template = null, CancellationToken ct = default) => _lease.Server.Databases.CreateAsync(template, ct);

    /// <summary>Kills the server with <c>SIGKILL</c>, all of its processes. Acknowledged commits survive. Completes when they are dead.</summary>
    /// <returns>A task that completes when no process of the server is left.</returns>
    /// <exception cref="NotSupportedException">The server was not started here.</exception>
    public Task KillAsync() => _lease.Server.KillAsync();

    /// <summary>Stops the server.</summary>
    /// <param name="mode">How.</param>
    /// <returns>A task that completes when no process of the server is left.</returns>
    /// <exception cref="NotSupportedException">The server was not started here.</exception>
    public Task StopAsync(StopMode mode) => _lease.Server.StopAsync(mode);

    /// <summary>Starts the server again, on the same data, socket and port; one that runs is stopped first.</summary>
    /// <param name="ct">Ends the waiting.</param>
    /// <returns>A task that completes when the server answers.</returns>
    /// <exception cref="NotSupportedException">The server was not started here.</exception>
    /// <exception cref="ServerStartException">It did not start; the message has the last lines of its log.</exception>
    public Task RestartAsync(CancellationToken ct = default) => _lease.Server.RestartAsync(ct);

    /// <summary>Stops all processes of the server where they are (<c>SIGSTOP</c>): connections stay open and nothing answers.</summary>
    /// <returns>A task that completes when they are stopped.</returns>
    /// <exception cref="NotSupportedException">The server was not started here.</exception>
    public Task PauseAsync() => _lease.Server.PauseAsync();

    /// <summary>Lets a paused server go on (<c>SIGCONT</c>).</summary>
    /// <returns>A task that completes when its processes were told.</returns>
    /// <exception cref="NotSupportedException">The server was not started here.</exception>
    public Task ResumeAsync() => _lease.Server.ResumeAsync();

    /// <summary>Gives the server back. The last one to do so ends it and removes its directory.</summary>
    /// <returns>A task that completes when that is done.</returns>
    public ValueTask DisposeAsync() => _lease.DisposeAsync();
}
