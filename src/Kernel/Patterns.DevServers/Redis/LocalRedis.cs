namespace Patterns.DevServers;

/// <summary>A Redis from the program of this machine.</summary>
internal sealed class LocalRedis(string program, ServerUser user, OwnedDirectory directory, int port, string password, DevRedisOptions options)
    : LocalServer("Redis", directory, null, options)
{
    // The configuration holds the password, so it comes in the environment, which other users cannot read, unlike the arguments.
    private const string SettingsVariable = "PATTERNS_SETTINGS";

    private const string StartScript =
        $"""
        mkdir data && printf '%s\n' "${SettingsVariable}" >redis.conf || exit 1
        unset {SettingsVariable}
        exec "$1" redis.conf
        """;

    private const string RestartScript = """exec "$1" redis.conf""";

    public RedisAddress Address { get; } = new("127.0.0.1", port, null, password);

    protected override int FastSignal => LibC.SigTerm;

    protected override int ImmediateSignal => LibC.SigKill;

    protected override Task<WatchedProcess> StartProcessAsync(bool again) => again
        ? WatchedProcess.StartAsync(user, Directory, Other, RestartScript, [program])
        : WatchedProcess.StartAsync(user, Directory, Other, StartScript, [program], [KeyValuePair.Create(SettingsVariable, RedisSettings.File(options, port, password))]);

    protected override ValueTask<bool> AnswersAsync(CancellationToken ct) => RedisServer.AnswersAsync(Address, ct);
}
