using System.Collections.Concurrent;
using Npgsql;
using Patterns.DevServers;
using Patterns.Postgres;

namespace Kernel.Tests.Postgres;

/// <summary>The server is killed and started again while callers go on.</summary>
public sealed class GroupServerDeathTests
{
    private const int Callers = 16;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    [Guarantee("Postgres", 13)]
    public async Task Whenever_the_server_is_killed_what_was_answered_is_there_and_what_was_not_applied_is_not()
    {
        var rounds = Environment.GetEnvironmentVariable("PATTERNS_LONG") == "1" ? 50 : 8;
        await using var server = await DevServers.StartPostgresAsync(new() { Shared = false }, Ct);
        await using var application = new Application(server.ConnectionString());
        await application.ExecuteAsync("CREATE TABLE tokens (token bigint PRIMARY KEY)");
        var random = new Random();

        foreach (var rerunSafe in new[] { false, true })
        {
            var group = new GroupCommit<long, bool>(application.Postgres, new TokenStatement(rerunSafe));
            var told = new ConcurrentDictionary<long, string>();
            for (var round = 0; round < rounds; round++)
                await LoadAndKillAsync(group, told, server, random.Next(50, 2_000));
            await group.DisposeAsync();

            var rows = (await application.ScalarAsync<long[]>("SELECT coalesce(array_agg(token), '{}') FROM tokens")).ToHashSet();
            told.Where(end => end.Value == "applied" && !rows.Contains(end.Key)).Should().BeEmpty();
            told.Where(end => end.Value == nameof(WriteOutcome.NotApplied) && rows.Contains(end.Key)).Should().BeEmpty();
            told.Values.Distinct(StringComparer.Ordinal).Should().Contain(["applied", nameof(WriteOutcome.NotApplied)]);
            rows.Should().OnlyContain(token => told.ContainsKey(token));
            await application.ExecuteAsync("TRUNCATE tokens");
        }
    }

    private static async Task LoadAndKillAsync(GroupCommit<long, bool> group, ConcurrentDictionary<long, string> told, DevPostgres server, int killAfter)
    {
        using var stop = new CancellationTokenSource();
        var (answers, reached) = (0, new TaskCompletionSource());
        var callers = Enumerable.Range(0, Callers).Select(_ => Task.Run(async () =>
        {
            using var pause = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
            while (!stop.IsCancellationRequested)
            {
                var token = Random.Shared.NextInt64();
                try
                {
                    await group.RunAsync(token, Ct);
                    told[token] = "applied";
                    if (Interlocked.Increment(ref answers) == killAfter)
                        reached.SetResult();
                }
                catch (NpgsqlException e)
                {
                    told[token] = PostgresErrors.OutcomeOf(e).ToString();
                    await pause.WaitForNextTickAsync(Ct);
                }
            }
        })).ToArray();

        await reached.Task;
        await server.KillAsync();
        await server.RestartAsync(Ct);
        await stop.CancelAsync();
        await Task.WhenAll(callers);
    }
}
