namespace Patterns.DevServers;

/// <summary>A running Redis server. Disposing gives it back; the last one to do so ends it and removes everything of it.</summary>
public sealed class DevRedis : IAsyncDisposable
{
    private readonly SharedServers<RedisServer>.Lease _lease;

    internal DevRedis(SharedServers<RedisServer>.Lease lease) => _lease = lease;

    /// <summary>The server's version, such as 7.0.15.</summary>
    public Version Version => _lease.Server.Version;

    /// <summary>The configuration string for StackExchange.Redis, with the password: <c>127.0.0.1:port,password=...</c>; where <c>PATTERNS_REDIS</c> points to the server, its value.</summary>
    public string ConnectionString => _lease.Server.ConnectionString;

    /// <summary>Empties the server's script cache (<c>SCRIPT FLUSH</c>), as a restart or a failover does: scripts called by digest are unknown from then on.</summary>
    /// <param name="ct">Ends the waiting; the cache may be empty or not then.</param>
    /// <returns>A task that completes when the cache is empty.</returns>
    /// <exception cref="IOException">The server does not answer, or refused.</exception>
    public Task FlushScriptsAsync(CancellationToken ct = default) => _lease.Server.FlushScriptsAsync(ct);

    /// <summary>Kills the server with <c>SIGKILL</c>. What it keeps is a matter of <see cref="DevRedisOptions.Persistence"/>.</summary>
    /// <returns>A task that completes when no process of the server is left.</returns>
    /// <exception cref="NotSupportedException">The server was not started here.</exception>
    public Task KillAsync() => _lease.Server.Started.KillAsync();

    /// <summary>Stops the server.</summary>
    /// <param name="mode">How.</param>
    /// <returns>A task that completes when no process of the server is left.</returns>
    /// <exception cref="NotSupportedException">The server was not started here.</exception>
    public Task StopAsync(StopMode mode) => _lease.Server.Started.StopAsync(mode);

    /// <summary>Starts the server again, on the same data and port; one that runs is stopped first.</summary>
    /// <param name="ct">Ends the waiting.</param>
    /// <returns>A task that completes when the server answers.</returns>
    /// <exception cref="NotSupportedException">The server was not started here.</exception>
    /// <exception cref="ServerStartException">It did not start; the message has the last lines of its log.</exception>
    public Task RestartAsync(CancellationToken ct = default) => _lease.Server.Started.RestartAsync(ct);

    /// <summary>Stops the server where it is (<c>SIGSTOP</c>): connections stay open and nothing answers.</summary>
    /// <returns>A task that completes when it is stopped.</returns>
    /// <exception cref="NotSupportedException">The server was not started here.</exception>
    public Task PauseAsync() => _lease.Server.Started.PauseAsync();

    /// <summary>Lets a paused server go on (<c>SIGCONT</c>).</summary>
    /// <returns>A task that completes when it was told.</returns>
    /// <exception cref="NotSupportedException">The server was not started here.</exception>
    public Task ResumeAsync() => _lease.Server.Started.ResumeAsync();

    /// <summary>Gives the server back. The last one to do so ends it and removes its directory.</summary>
    /// <returns>A task that completes when that is done.</returns>
    public ValueTask DisposeAsync() => _lease.DisposeAsync();
}
