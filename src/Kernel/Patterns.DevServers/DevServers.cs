namespace Patterns.DevServers;

/// <summary>Starts real servers for development and tests, and leaves nothing of them behind, however this process ends.</summary>
public static class DevServers
{
    /// <summary>Starts a PostgreSQL server, or returns the one that this process started with equal options.</summary>
    /// <param name="options">How it is started; null takes the defaults.</param>
    /// <param name="ct">Ends the waiting. A server that was being started for nobody else is removed before the exception is thrown.</param>
    /// <returns>The server. It is stopped and removed when everybody who got it has disposed it, or when this process ends, be it by <c>SIGKILL</c>.</returns>
    /// <exception cref="ArgumentException">An option, or <c>PATTERNS_POSTGRES</c>, is not one; the message names it.</exception>
    /// <exception cref="InvalidOperationException">The role of <c>PATTERNS_POSTGRES</c> may not make databases, or no user was found that a server can run as.</exception>
    /// <exception cref="ServerNotFoundException">There is no PostgreSQL on this machine; the message has the command that installs it.</exception>
    /// <exception cref="ServerStartException">The server did not start; the message has the last lines of its log.</exception>
    /// <exception cref="IOException">There is no room for the server's directory; the message names it and its free space.</exception>
    public static async Task<DevPostgres> StartPostgresAsync(DevPostgresOptions? options = null, CancellationToken ct = default)
    {
        options ??= new DevPostgresOptions();
        options.Validate();
        return new DevPostgres(await SharedServers<PostgresServer>.AcquireAsync(options, () => PostgresSource.StartAsync(options), ct).ConfigureAwait(false));
    }

    /// <summary>Starts a Redis server, or returns the one that this process started with equal options.</summary>
    /// <param name="options">How it is started; null takes the defaults.</param>
    /// <param name="ct">Ends the waiting. A server that was being started for nobody else is removed before the exception is thrown.</param>
    /// <returns>The server. It is stopped and removed when everybody who got it has disposed it, or when this process ends, be it by <c>SIGKILL</c>.</returns>
    /// <exception cref="ArgumentException">An option, or <c>PATTERNS_REDIS</c>, is not one; the message names it.</exception>
    /// <exception cref="ServerNotFoundException">There is no Redis on this machine; the message has the command that installs it.</exception>
    /// <exception cref="ServerStartException">The server did not start; the message has the last lines of its log.</exception>
    /// <exception cref="IOException">There is no room for the server's directory; the message names it and its free space.</exception>
    public static async Task<DevRedis> StartRedisAsync(DevRedisOptions? options = null, CancellationToken ct = default)
    {
        options ??= new DevRedisOptions();
        options.Validate();
        return new DevRedis(await SharedServers<RedisServer>.AcquireAsync(options, () => RedisSource.StartAsync(options), ct).ConfigureAwait(false));
    }
}
