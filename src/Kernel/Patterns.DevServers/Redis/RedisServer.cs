using System.Net.Sockets;

namespace Patterns.DevServers;

/// <summary>One Redis server, whoever started it.</summary>
internal sealed class RedisServer : IAsyncDisposable
{
    private readonly StartedServer? _started;
    private readonly RedisAddress _address;

    private RedisServer(StartedServer? started, RedisAddress address, string connectionString, Version version) =>
        (_started, _address, ConnectionString, Version) = (started, address, connectionString, version);

    public string ConnectionString { get; }

    public Version Version { get; }

    public StartedServer Started => _started ?? throw new NotSupportedException(
        $"This server was not started here, so it is not stopped, killed or paused here either: {RedisSource.Variable} points to it. Unset the variable for tests that do so.");

    /// <summary>Takes a server into use.</summary>
    /// <param name="started">The server, when it was started here.</param>
    /// <param name="address">Where it is.</param>
    /// <param name="connectionString">How its users reach it.</param>
    public static async Task<RedisServer> OpenAsync(StartedServer? started, RedisAddress address, string connectionString)
    {
        var connection = await RespConnection.OpenAsync(address, CancellationToken.None).ConfigureAwait(false);
        await using var closing = connection.ConfigureAwait(false);
        var information = await connection.SendAsync(["INFO", "server"], CancellationToken.None).ConfigureAwait(false);
        const string Name = "redis_version:";
        var version = information.Split('\n').First(line => line.StartsWith(Name, StringComparison.Ordinal))[Name.Length..].Trim();
        return new RedisServer(started, address, connectionString, System.Version.Parse(version));
    }

    public static async ValueTask<bool> AnswersAsync(RedisAddress address, CancellationToken ct)
    {
        try
        {
            var connection = await RespConnection.OpenAsync(address, ct).ConfigureAwait(false);
            await using var closing = connection.ConfigureAwait(false);
            return await connection.SendAsync(["PING"], ct).ConfigureAwait(false) == "PONG";
        }
        catch (Exception error) when (error is SocketException or IOException)
        {
            return false; // not listening yet, or still loading its data
        }
    }

    public async Task FlushScriptsAsync(CancellationToken ct)
    {
        var connection = await RespConnection.OpenAsync(_address, ct).ConfigureAwait(false);
        await using var closing = connection.ConfigureAwait(false);
        await connection.SendAsync(["SCRIPT", "FLUSH"], ct).ConfigureAwait(false);
    }

    public ValueTask DisposeAsync() => _started?.DisposeAsync() ?? ValueTask.CompletedTask;
}
