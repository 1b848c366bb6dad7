using System.Globalization;
using System.Net.Sockets;
using System.Runtime.Versioning;
using System.Security.Cryptography;

namespace Patterns.DevServers;

/// <summary>Finds where a Redis server comes from, and gets one from there.</summary>
internal static class RedisSource
{
    public const string Variable = "PATTERNS_REDIS";
    private const string ProgramName = "redis-server";
    private const string DefaultImage = "redis:7";

    public static async Task<RedisServer> StartAsync(DevRedisOptions options)
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } given) return await ConnectAsync(given).ConfigureAwait(false);
        var abandoned = Task.Run(() => Place.RemoveAbandoned(options.TimeProvider, options.Directory));
        try
        {
            if (options.DockerImage is null && !OperatingSystem.IsWindows() && FindProgram(options.BinDirectory) is { } program)
                return await StartLocallyAsync(program, options).ConfigureAwait(false);
            if (!OperatingSystem.IsWindows() && await Docker.FindAsync(options.TimeProvider).ConfigureAwait(false) is { } docker) return await StartInDockerAsync(docker, options).ConfigureAwait(false);
        }
        finally
        {
            await abandoned.ConfigureAwait(false);
        }
        throw InstallHint.NotFound("Redis", Variable, "localhost:6379,password=...", (Apt: "redis-server", Dnf: "redis", Apk: "redis", Brew: "redis"));
    }

    private static string? FindProgram(string? explicitDirectory)
    {
        if (explicitDirectory is null) return Executables.FindIn([.. Executables.Path, "/opt/homebrew/opt/redis/bin", "/usr/local/opt/redis/bin"], ProgramName);
        return Executables.FindIn([explicitDirectory], ProgramName) ?? throw new ServerNotFoundException($"BinDirectory '{explicitDirectory}' has no '{ProgramName}'.");
    }

    private static async Task<RedisServer> ConnectAsync(string given)
    {
        var address = RedisAddress.Parse(given);
        try
        {
            return await RedisServer.OpenAsync(null, address, given).ConfigureAwait(false);
        }
        catch (SocketException error)
        {
            throw new IOException($"No Redis answers at {address.Host}:{address.Port}, to which {Variable} points: {error.Message}", error);
        }
    }

    [UnsupportedOSPlatform("windows")]
    private static async Task<RedisServer> StartLocallyAsync(string program, DevRedisOptions options)
    {
        var user = await ServerUser.FindAsync(options.TimeProvider).ConfigureAwait(false);
        var password = NewPassword();
        var server = await LocalStart.StartAsync(
            "redis", user, options, (directory, _, port) => new LocalRedis(program, user, directory, port, password, options), static () => Task.FromResult(false)).ConfigureAwait(false);
        return await OpenAsync(server, server.Address).ConfigureAwait(false);
    }

    [UnsupportedOSPlatform("windows")]
    private static async Task<RedisServer> StartInDockerAsync(Docker docker, DevRedisOptions options)
    {
        var password = NewPassword();
        var address = new RedisAddress("127.0.0.1", 0, null, password);
        var container = new DockerContainer(
            "Redis", options.DockerImage ?? DefaultImage, ContainerPort: 6379,
            Environment: new Dictionary<string, string>(StringComparer.Ordinal) { ["PATTERNS_PASSWORD"] = password },
            // Through a shell, so that the password is in the container's environment and not in the arguments of the command.
            Command:
            [
                "sh", "-c", "exec redis-server --requirepass \"$PATTERNS_PASSWORD\" \"$@\"", "redis",
                .. RedisSettings.For(options).SelectMany(setting => new[] { "--" + setting.Key, setting.Value }),
            ],
            FastSignal: "TERM", ImmediateSignal: "KILL",
            AnswersAsync: (port, ct) => RedisServer.AnswersAsync(address = address with { Port = port }, ct));
        var server = await docker.StartAsync(container, options).ConfigureAwait(false);
        return await OpenAsync(server, address).ConfigureAwait(false);
    }

    private static async Task<RedisServer> OpenAsync(StartedServer server, RedisAddress address)
    {
        try
        {
            return await RedisServer.OpenAsync(server, address, string.Create(CultureInfo.InvariantCulture, $"{address.Host}:{address.Port},password={address.Password}")).ConfigureAwait(false);
        }
        catch
        {
            await server.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private static string NewPassword() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
}
