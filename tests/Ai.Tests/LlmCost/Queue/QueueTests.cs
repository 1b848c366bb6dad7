namespace Ai.Tests.LlmCost;

/// <summary>Calls that nobody waits for, with a database that is there and with one that is not.</summary>
public sealed class QueueTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>An outage ends all connections, and a pool would hand the dead ones to the assertions.</summary>
    private string Unpooled => database.ConnectionString + ";Pooling=false";

    [Fact]
    [Guarantee("LlmCost", 1)]
    public async Task Queued_calls_are_booked_in_the_background_and_a_flush_waits_for_them()
    {
        using var root = new SpillRoot();
        await using var host = await LedgerHost.NewAsync(Unpooled, configure: o => o.SpillFolder = root.Path);
        var calls = Enumerable.Range(0, 3_000).Select(i => BookedCalls.Now($"t{i % 10}")).ToList();

        calls.Select(call => host.Costs.QueueAsync(call, Ct)).Should().OnlyContain(static queued => queued.IsCompletedSuccessfully);
        await host.Costs.FlushAsync(Ct);

        (await host.RowsAsync()).Should().Be(3_000);
        (await host.BreaksAsync()).Should().BeEmpty();
        root.Others("*").Should().BeEmpty("nothing was spilled");
    }

    [Fact]
    [Guarantee("LlmCost", 1)]
    [Guarantee("LlmCost", 9)]
    public async Task Without_the_database_callers_go_on_and_everything_is_booked_when_it_is_back()
    {
        using var root = new SpillRoot();
        await using var host = await LedgerHost.NewAsync(Unpooled, configure: o => (o.SpillFolder, o.QueueCapacity) = (root.Path, 50));
        await host.BookAsync(BookedCalls.Now("acme"));
        var calls = Enumerable.Range(0, 500).Select(i => BookedCalls.Now("acme", i)).ToList();
        await using (await Outage.BeginAsync(database.ConnectionString))
        {
            foreach (var call in calls)
                await host.Costs.QueueAsync(call, Ct);
            // A revision in the spill of what waits in memory.
            await host.Costs.QueueAsync(calls[0] with { Revision = 1, Usage = new() { Input = 1_000 } }, Ct);
            root.Bytes.Should().BePositive();
        }

        await host.Costs.FlushAsync(Ct);

        (await host.IdsAsync()).Should().HaveCount(501).And.Contain(calls.Select(static call => call.CallId));
        (await host.ScalarAsync<long>("SELECT sum(buckets[1])::bigint FROM {schema}.llm_cost_calls")).Should().Be(10 + 1_000 + (499 * 500 / 2));
        (await host.BreaksAsync()).Should().BeEmpty();
        await Eventually.HoldsAsync("the spill is empty", () => root.Bytes == 0);
    }

    [Fact]
    [Guarantee("LlmCost", 9)]
    public async Task Calls_are_booked_in_the_order_in_which_they_came_also_through_the_spill()
    {
        using var root = new SpillRoot();
        await using var host = await LedgerHost.NewAsync(Unpooled, configure: o => (o.SpillFolder, o.QueueCapacity) = (root.Path, 20));
        await host.BookAsync(BookedCalls.Now("acme"));
        await host.ExecuteAsync("CREATE TABLE {schema}.came (n bigserial, call_id uuid); CREATE FUNCTION {schema}.note() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN INSERT INTO {schema}.came (call_id) VALUES (NEW.call_id); RETURN NULL; END'; CREATE TRIGGER note AFTER INSERT ON {schema}.llm_cost_calls FOR EACH ROW EXECUTE FUNCTION {schema}.note()");
        // One id after the other, since a batch is sorted by them.
        var start = TimeProvider.System.GetUtcNow().AddSeconds(-200);
        var calls = Enumerable.Range(0, 120).Select(i => LedgerHost.Call("acme", start.AddSeconds(i))).ToList();
        await using (await Outage.BeginAsync(database.ConnectionString))
        {
            foreach (var call in calls)
                await host.Costs.QueueAsync(call, Ct);
        }

        await host.Costs.FlushAsync(Ct);

        (await host.ScalarAsync<Guid[]>("SELECT array_agg(call_id ORDER BY n) FROM {schema}.came")).Should().Equal(calls.Select(static call => call.CallId));
    }

    [Fact]
    [Guarantee("LlmCost", 1)]
    public async Task Where_the_queue_is_full_a_caller_waits_50_milliseconds_and_its_call_is_spilled()
    {
        using var root = new SpillRoot();
        var time = new FakeTime(TimeProvider.System.GetUtcNow());
        await using var host = await LedgerHost.NewAsync(Unpooled, time, o => (o.SpillFolder, o.QueueCapacity) = (root.Path, 3));
        await host.BookAsync(BookedCalls.Now("acme"));
        Task waiting;
        await using (await Outage.BeginAsync(database.ConnectionString))
        {
            for (var i = 0; i < 3; i++)
                host.Costs.QueueAsync(BookedCalls.Now("acme"), Ct).AsTask().IsCompletedSuccessfully.Should().BeTrue();
            waiting = host.Costs.QueueAsync(BookedCalls.Now("acme"), Ct).AsTask();
            time.Advance(TimeSpan.FromMilliseconds(49));
            waiting.IsCompleted.Should().BeFalse();
            root.Files.Should().BeEmpty();
            time.Advance(TimeSpan.FromMilliseconds(1));
            await waiting;
            root.Bytes.Should().BePositive();
        }

        await Eventually.HoldsAsync("all are booked", async () =>
        {
            time.Advance(TimeSpan.FromSeconds(5));
            return await host.RowsAsync() == 5;
        });
    }

    [Fact]
    [Guarantee("LlmCost", 1)]
    public async Task A_caller_that_gives_up_has_not_lost_its_call()
    {
        using var root = new SpillRoot();
        await using var host = await LedgerHost.NewAsync(Unpooled, new FakeTime(TimeProvider.System.GetUtcNow()), o => (o.SpillFolder, o.QueueCapacity) = (root.Path, 1));
        await host.BookAsync(BookedCalls.Now("acme"));
        await using var outage = await Outage.BeginAsync(database.ConnectionString);
        await host.Costs.QueueAsync(BookedCalls.Now("acme"), Ct);
        using var cancellation = new CancellationTokenSource();

        var waiting = host.Costs.QueueAsync(BookedCalls.Now("acme"), cancellation.Token).AsTask();
        await cancellation.CancelAsync();
        await waiting;

        root.Bytes.Should().BePositive();
    }

    [Fact]
    [Guarantee("LlmCost", 8)]
    public async Task An_orderly_stop_books_what_waits_or_leaves_it_to_the_next_start()
    {
        using var root = new SpillRoot();
        var calls = Enumerable.Range(0, 40).Select(i => BookedCalls.Now("acme", i)).ToList();
        await using var host = await LedgerHost.NewAsync(Unpooled);
        await using (var first = host.Other(configure: o => o.SpillFolder = root.Path))
        {
            await first.StartAsync();
            foreach (var call in calls.Take(20))
                await first.Costs.QueueAsync(call, Ct);
        }

        (await host.RowsAsync()).Should().Be(20);
        var second = host.Other(configure: o => o.SpillFolder = root.Path);
        await second.StartAsync();
        await second.Costs.FlushAsync(Ct);
        await using (await Outage.BeginAsync(database.ConnectionString))
        {
            foreach (var call in calls.Skip(20))
                await second.Costs.QueueAsync(call, Ct);
            var stopped = second.Costs;
            await second.DisposeAsync();
            root.Bytes.Should().BePositive();
            (await stopped.Awaiting(static costs => costs.FlushAsync(Ct)).Should().ThrowAsync<InvalidOperationException>()).WithMessage("The application stopped before all queued calls were booked.*");
        }

        await using var third = host.Other(configure: o => o.SpillFolder = root.Path);
        await third.StartAsync();
        await Eventually.HoldsAsync("what was left is booked", async () => await host.RowsAsync() == 40 && root.Bytes == 0);
        (await host.BreaksAsync()).Should().BeEmpty();
    }

    [Fact]
    public async Task Metrics_tell_how_many_calls_wait_how_many_were_spilled_and_how_many_were_refused()
    {
        using var root = new SpillRoot();
        await using var host = await LedgerHost.NewAsync(Unpooled);
        await host.ExecuteAsync("ALTER TABLE {schema}.llm_cost_calls ADD CHECK (model <> 'poison')");

        // Instruments are of a whole process.
        await using var child = ChildProcess.Start("MeasureQueue", Unpooled, host.Postgres.Schema.Trim('"'), root.Path);

        await child.WaitForLineAsync("held: depth 3, spilled 2, rejected 0", Ct);
        await child.WaitForLineAsync("booked: depth 0, rejected 1", Ct);
        (await host.RowsAsync()).Should().Be(5);
    }

    [Fact]
    [Guarantee("LlmCost", 9)]
    public async Task A_row_that_the_database_refuses_is_kept_aside_and_stops_no_other()
    {
        using var root = new SpillRoot();
        await using var host = await LedgerHost.NewAsync(Unpooled, configure: o => o.SpillFolder = root.Path);
        await host.BookAsync(BookedCalls.Now("acme"));
        await host.ExecuteAsync("ALTER TABLE {schema}.llm_cost_calls ADD CHECK (model <> 'poison')");
        var poison = BookedCalls.Now("acme", model: "poison");

        foreach (var call in Enumerable.Range(0, 30).Select(_ => BookedCalls.Now("acme")).Append(poison).Concat(Enumerable.Range(0, 30).Select(_ => BookedCalls.Now("acme"))))
            await host.Costs.QueueAsync(call, Ct);
        await host.Costs.FlushAsync(Ct);

        (await host.RowsAsync()).Should().Be(61);
        (await File.ReadAllTextAsync(root.Others("rejected.jsonl").Should().ContainSingle().Subject, Ct)).Should().Contain(poison.CallId.ToString());
        (await host.BreaksAsync()).Should().BeEmpty();
    }
}
