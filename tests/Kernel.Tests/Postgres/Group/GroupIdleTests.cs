using Npgsql;

namespace Kernel.Tests.Postgres;

/// <summary>Lanes keep their connections between calls for ten seconds, and no longer.</summary>
public sealed class GroupIdleTests(PostgresDatabase database) : GroupTests(database), IClassFixture<PostgresDatabase>
{
    private static readonly TimeSpan Kept = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task Lanes_that_idle_give_their_connections_back()
    {
        // With a pool as small as the lanes: one that kept its connection would keep it from others for good.
        await using var application = new Application(ConnectionString + ";Maximum Pool Size=2;Timeout=1");
        var group = Group(o => o.Lanes = 2, postgres: application.Postgres);
        for (var round = 0; round < 20; round++)
        {
            await Task.WhenAll(Enumerable.Range(round * 4, 4).Select(id => Task.Run(() => group.RunAsync(new(id), Ct).AsTask(), Ct)));
            await Eventually.HoldsAsync("both connections are in the pool", async () =>
            {
                Time.Advance(Kept);
                try
                {
                    await using var one = await application.Postgres.DataSource.OpenConnectionAsync(Ct);
                    await using var other = await application.Postgres.DataSource.OpenConnectionAsync(Ct);
                    return true;
                }
                catch (NpgsqlException)
                {
                    return false;
                }
            });
        }
    }

    [Fact]
    public async Task No_call_is_lost_when_it_comes_while_its_lane_gives_its_connection_back()
    {
        var group = Group(o => o.Lanes = 2);
        using var stop = new CancellationTokenSource();
        var closing = Task.Run(
            () =>
            {
                while (!stop.IsCancellationRequested)
                {
                    Time.Advance(Kept);
                    Thread.Yield();
                }
            },
            Ct);

        for (var round = 0; round < 300; round++)
            await Task.WhenAll(Call(group, Entry.Range(round * 3, 3)));
        await stop.CancelAsync();
        await closing;
        await group.DisposeAsync();

        (await RowsAsync()).Should().HaveCount(900);
    }
}
