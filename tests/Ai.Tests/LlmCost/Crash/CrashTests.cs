using Npgsql;
using Patterns.LlmCost;

namespace Ai.Tests.LlmCost;

/// <summary>Processes that are killed while 64 writers book, and connections that end in the middle.</summary>
public sealed class CrashTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private static readonly int Rounds = Environment.GetEnvironmentVariable("PATTERNS_LONG") == "1" ? 40 : 2;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    [Guarantee("LlmCost", 3)]
    [Guarantee("LlmCost", 8)]
    public async Task However_often_the_process_is_killed_what_was_recorded_is_there_and_the_days_are_the_sum_of_the_rows()
    {
        using var root = new SpillRoot();
        await using var host = await LedgerHost.NewAsync(database.ConnectionString);
        for (var round = 0; round < Rounds; round++)
        {
            var acknowledged = await KilledAsync(host, "record", root, 400 + (137 * round));

            (await host.IdsAsync()).Should().Contain(acknowledged);
            (await host.BreaksAsync()).Should().BeEmpty();
        }
    }

    [Fact]
    [Guarantee("LlmCost", 3)]
    [Guarantee("LlmCost", 8)]
    public async Task However_often_the_process_is_killed_what_was_queued_with_spill_is_booked_by_the_next_start()
    {
        using var root = new SpillRoot();
        await using var host = await LedgerHost.NewAsync(database.ConnectionString);
        for (var round = 0; round < Rounds; round++)
        {
            var acknowledged = await KilledAsync(host, "spill", root, 400 + (137 * round));

            await using var next = host.Other(configure: o => o.SpillFolder = root.Path);
            await next.StartAsync();
            await Eventually.HoldsAsync("the spill is booked", () => root.Bytes == 0);
            (await host.IdsAsync()).Should().Contain(acknowledged);
            (await host.BreaksAsync()).Should().BeEmpty();
        }
    }

    [Fact]
    [Guarantee("LlmCost", 8)]
    public async Task With_memory_a_kill_loses_no_more_than_the_queue_holds()
    {
        using var root = new SpillRoot();
        await using var host = await LedgerHost.NewAsync(database.ConnectionString);
        for (var round = 0; round < Rounds; round++)
        {
            var before = await host.IdsAsync();
            var acknowledged = await KilledAsync(host, "memory", root, 3_000 + (137 * round));

            await using var next = host.Other(configure: o => o.SpillFolder = root.Path);
            await next.StartAsync();
            await Eventually.HoldsAsync("the spill is booked", () => root.Bytes == 0);
            var booked = await host.IdsAsync();
            booked.ExceptWith(before);
            acknowledged.Count(id => !booked.Contains(id)).Should().BeLessThanOrEqualTo(500);
            booked.Should().NotBeEmpty();
            (await host.BreaksAsync()).Should().BeEmpty();
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Guarantee("LlmCost", 2)]
    public async Task A_connection_lost_around_the_commit_books_the_call_once(bool applied)
    {
        await using var direct = await LedgerHost.NewAsync(database.ConnectionString);
        await using var proxy = PostgresProxy.Start(database.ConnectionString);
        await using var host = direct.Other(connectionString: proxy.ConnectionString);
        await host.BookAsync(BookedCalls.Now("acme"));
        if (applied)
            proxy.CutAfter("cut-here");
        else
            proxy.CutBefore("cut-here");

        await host.BookAsync(BookedCalls.Now("acme") with { Feature = "cut-here" });

        proxy.Cuts.Should().Be(1);
        (await direct.RowsAsync()).Should().Be(2);
        (await direct.BreaksAsync()).Should().BeEmpty();
    }

    [Theory]
    [InlineData("llm_cost_calls")]
    [InlineData("llm_cost_daily")]
    [Guarantee("LlmCost", 3)]
    public async Task A_backend_that_is_ended_while_it_books_leaves_nothing_and_the_calls_are_booked_again(string table)
    {
        await using var host = await LedgerHost.NewAsync(database.ConnectionString);
        await host.BookAsync(BookedCalls.Now("acme"));
        await using var blocker = await host.Postgres.DataSource.OpenConnectionAsync(Ct);
        await using var transaction = await blocker.BeginTransactionAsync(Ct);
        await using (var block = new NpgsqlCommand(host.Postgres.Sql($"LOCK TABLE {{schema}}.{table} IN SHARE MODE"), blocker, transaction))
            await block.ExecuteNonQueryAsync(Ct);

        var calls = host.BookAsync([.. Enumerable.Range(0, 20).Select(_ => BookedCalls.Now("acme"))]);
        await Eventually.HoldsAsync("a backend waits and is ended", async () => await host.ScalarAsync<long>(
            "SELECT count(*) FROM pg_locks l JOIN pg_stat_activity a USING (pid), pg_terminate_backend(l.pid) WHERE NOT l.granted AND a.datname = current_database() AND a.query LIKE '%llm_cost_book%'") > 0);
        await transaction.RollbackAsync(Ct);
        await calls;

        (await host.RowsAsync()).Should().Be(21);
        (await host.BreaksAsync()).Should().BeEmpty();
    }

    private async Task<List<Guid>> KilledAsync(LedgerHost host, string way, SpillRoot root, int answers)
    {
        var acknowledged = new List<Guid>();
        await using var child = ChildProcess.Start("BookCalls", database.ConnectionString, host.Postgres.Schema.Trim('"'), way, root.Path);
        await child.WaitForLineAsync("ready", Ct);
        while (acknowledged.Count < answers)
            acknowledged.Add(Guid.Parse(await child.ReadLineAsync(Ct)));
        await child.KillAsync();
        return acknowledged;
    }
}
