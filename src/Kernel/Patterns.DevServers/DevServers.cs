namespace Patterns.DevServers;

/// <summary>Starts real servers for development and tests, and leaves nothing of them behind, however this process ends.</summary>
public static class DevServers
{
    /// <summary>Starts a PostgreSQL server, or returns the one that this process started with equal options.</summary>
    /// <param name="options">How it is started; null takes the defaults.</param>
    /// <param name="ct">Ends the waiting. A server that is being started for nobody else is removed again.</param>
    /// <returns>The server. It is stopped and removed when everybody who got it has disposed it, or when this process ends, be it by <c>SIGKILL</c>.</returns>
    /// <exception cref="ServerNotFoundException">There is no PostgreSQL on this machine; the message has the command that installs it.</exception>
    /// <exception cref="ServerStartException">The server did not start; the message has the last lines of its log.</exception>
    /// <exception cref="IOException">There is no room for the server's directory.</exception>
    public static async Task<DevPostgres> StartPostgresAsync(DevPostgresOptions? options = null, CancellationToken ct = default)
    {
        options ??= new DevPostgresOptions();
        PostgresSettings.Validate(options);
        var key = "postgres\n" + (options.Shared ? options.Key : Guid.CreateVersion7().ToString());
        return new DevPostgres(await SharedServers<PostgresServer>.AcquireAsync(key, () => PostgresServer.StartAsync(options), ct).ConfigureAwait(false));
    }
}
