using Patterns.DevServers;
using StackExchange.Redis;

namespace Kernel.Tests.Servers;

public sealed class RedisTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    [Guarantee("DevServers", 7)]
    public async Task A_server_answers_on_the_loopback_to_those_who_have_its_password()
    {
        await using var server = await DevServers.StartRedisAsync(ct: Token);
        server.ConnectionString.Should().MatchRegex("^127\\.0\\.0\\.1:[0-9]+,password=[0-9a-f]{32}$");
        server.Version.Should().BeGreaterThan(new Version(5, 0));

        (await ExchangeAsync(server, redis => redis.StringSetAsync("key", "value"))).Should().BeTrue();

        using var stranger = await ConnectionMultiplexer.ConnectAsync(server.ConnectionString.Split(',')[0] + ",abortConnect=false,connectTimeout=1000");
        await stranger.Awaiting(redis => redis.GetDatabase().StringGetAsync("key")).Should().ThrowAsync<RedisException>();
    }

    [Fact]
    [Guarantee("DevServers", 2)]
    public async Task With_persistence_an_acknowledged_write_is_there_after_a_kill()
    {
        await using var server = await StartOwnAsync(RedisPersistence.Always);
        var place = server.ConnectionString;
        await ExchangeAsync(server, redis => redis.StringSetAsync("key", "value"));

        await server.KillAsync();
        await server.RestartAsync(Token);

        server.ConnectionString.Should().Be(place);
        ((string)await ExchangeAsync(server, redis => redis.StringGetAsync("key"))).Should().Be("value");
    }

    [Theory]
    [InlineData(StopMode.Fast)]
    [InlineData(StopMode.Immediate)]
    public async Task Without_persistence_a_restarted_server_is_empty(StopMode mode)
    {
        await using var server = await StartOwnAsync(RedisPersistence.None);
        await ExchangeAsync(server, redis => redis.StringSetAsync("key", "value"));

        await server.StopAsync(mode);
        await server.RestartAsync(Token);

        (await ExchangeAsync(server, redis => redis.KeyExistsAsync("key"))).Should().BeFalse();
    }

    [Fact]
    public async Task Flushed_scripts_are_unknown()
    {
        await using var server = await StartOwnAsync(RedisPersistence.None);
        using var connection = await ConnectionMultiplexer.ConnectAsync(server.ConnectionString);
        var node = connection.GetServer(connection.GetEndPoints()[0]);
        const string Script = "return 1";
        node.ScriptLoad(Script);
        node.ScriptExists(Script).Should().BeTrue();

        await server.FlushScriptsAsync(Token);

        node.ScriptExists(Script).Should().BeFalse();
    }

    [Fact]
    public async Task A_paused_server_goes_on_where_it_was()
    {
        await using var server = await StartOwnAsync(RedisPersistence.None);
        using var connection = await ConnectionMultiplexer.ConnectAsync(server.ConnectionString);

        await server.PauseAsync();
        var answer = connection.GetDatabase().StringSetAsync("key", "value");
        await server.ResumeAsync();

        (await answer).Should().BeTrue();
    }

    [Fact]
    public async Task A_stopped_server_cannot_be_paused()
    {
        await using var server = await StartOwnAsync(RedisPersistence.None);
        await server.KillAsync();

        await server.Awaiting(s => s.PauseAsync()).Should().ThrowAsync<InvalidOperationException>().WithMessage("*does not run*");
    }

    [Fact]
    [Guarantee("DevServers", 9)]
    public async Task A_server_that_does_not_start_fails_with_its_log()
    {
        var start = () => DevServers.StartRedisAsync(new DevRedisOptions { Settings = { ["no-such-setting"] = "1" } }, Token);

        await start.Should().ThrowAsync<ServerStartException>().WithMessage("*no-such-setting*");
    }

    [Fact]
    public async Task Settings_are_added()
    {
        await using var server = await DevServers.StartRedisAsync(new DevRedisOptions { Shared = false, Settings = { ["maxmemory-policy"] = "allkeys-lru" } }, Token);

        using var connection = await ConnectionMultiplexer.ConnectAsync(server.ConnectionString + ",allowAdmin=true");
        (await connection.GetServer(connection.GetEndPoints()[0]).InfoRawAsync("memory")).Should().Contain("maxmemory_policy:allkeys-lru");
    }

    [Fact]
    [Guarantee("DevServers", 1)]
    public async Task A_killed_process_leaves_no_redis()
    {
        using var place = new ScratchDirectory();
        await using var child = await ServerChild.StartReadyAsync("redis", $"directory={place.FullPath}");
        Traces.ProcessesIn(place.FullPath).Should().NotBeEmpty();

        await child.Process.KillAsync();

        await Eventually.HoldsAsync("the place is empty and nobody works in it", () => !Directory.EnumerateFileSystemEntries(place.FullPath).Any() && Traces.ProcessesIn(place.FullPath).Count == 0);
    }

    private static Task<DevRedis> StartOwnAsync(RedisPersistence persistence) => DevServers.StartRedisAsync(new DevRedisOptions { Shared = false, Persistence = persistence }, Token);

    private static async Task<T> ExchangeAsync<T>(DevRedis server, Func<IDatabase, Task<T>> exchange)
    {
        using var connection = await ConnectionMultiplexer.ConnectAsync(server.ConnectionString);
        var answer = await exchange(connection.GetDatabase());
        await connection.CloseAsync(allowCommandsToComplete: false); // disposing alone waits for a second
        return answer;
    }
}
