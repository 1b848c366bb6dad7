namespace Kernel.Tests.Postgres;

/// <summary>Keys: what comes together, in which order, and what never does.</summary>
public abstract class GroupOrderTests(PostgresDatabase database, Func<string>? connectionString = null) : GroupTests(database, connectionString)
{
    [Fact]
    public async Task A_batch_is_sorted_by_key_ordinally_and_one_key_by_arrival()
    {
        string[] keys = ["b", "a", "B", "ä", "a", "_", "b", "a"];
        var entries = keys.Select((key, i) => new Entry(i + 1) { Key = key });

        await Task.WhenAll(await TogetherAsync(Group(o => o.OrderBy = entry => entry.Key), entries));

        // Ordinally: B _ a b ä.
        Statement.Batches.Last().Should().Equal(3, 6, 2, 5, 8, 1, 7, 4);
    }

    [Fact]
    [Guarantee("Postgres", 12)]
    public async Task Requests_of_one_key_are_applied_in_the_order_of_their_arrival_however_many_lanes_there_are()
    {
        var group = Group(o => (o.Lanes, o.MaxBatch, o.OrderBy) = (4, 7, entry => entry.Key));
        var entries = Enumerable.Range(1, 2_000).Select(id => new Entry(id) { Key = $"key {id % 11}" }).ToArray();

        ShouldAnswer(entries, await Task.WhenAll(Call(group, entries)));

        foreach (var key in (await RowsAsync()).GroupBy(id => id % 11))
            key.Should().BeInAscendingOrder();
    }

    [Fact]
    public async Task Two_lanes_never_hold_one_key_at_once()
    {
        var group = Group(o => (o.Lanes, o.OrderBy) = (4, entry => entry.Key));
        var (holding, together) = (0, 0);
        Statement.Binding = _ =>
        {
            if (Interlocked.Increment(ref holding) > 1)
                Interlocked.Increment(ref together);
            Thread.Yield();
            Interlocked.Decrement(ref holding);
        };

        await Task.WhenAll(Enumerable.Range(0, 16).Select(caller => Task.Run(async () =>
        {
            for (var i = 0; i < 50; i++)
                await group.RunAsync(new((caller * 50) + i) { Key = "one" }, Ct);
        }, Ct)));

        together.Should().Be(0);
        (await RowsAsync()).Should().HaveCount(800);
    }

    [Fact]
    public async Task Unique_keys_never_meet_in_a_batch_and_keep_their_order()
    {
        string[] keys = ["a", "a", "b", "a", "c", "b"];

        await Task.WhenAll(await TogetherAsync(Group(o => (o.OrderBy, o.UniqueKeys) = (entry => entry.Key, true)), keys.Select((key, i) => new Entry(i + 1) { Key = key })));

        Statement.Batches.Skip(1).Should().BeEquivalentTo(new int[][] { [1, 3, 5], [2, 6], [4] }, o => o.WithStrictOrdering());
    }

    [Fact]
    public async Task A_key_that_fills_the_queue_does_not_keep_others_from_being_found()
    {
        var group = Group(o => (o.MaxBatch, o.OrderBy, o.UniqueKeys) = (4, entry => entry.Key, true));
        Entry[] entries = [.. Enumerable.Range(1, 30).Select(id => new Entry(id) { Key = "hot" }), new(31) { Key = "cold" }];

        ShouldAnswer(entries, await Task.WhenAll(await TogetherAsync(group, entries)));

        // Each search passes over four batches' worth of calls at most, and the queue moves up one call at a time.
        Array.FindIndex([.. Statement.Batches.Skip(1)], batch => batch.Contains(31)).Should().BeInRange(1, 15);
    }

    [Fact]
    public async Task Batches_of_one_tenant_each_hold_no_other_tenants_requests()
    {
        string[] tenants = ["a", "b", "a", "c", "b", "a"];

        await Task.WhenAll(await TogetherAsync(Group(o => o.BatchBy = entry => entry.Tenant), tenants.Select((tenant, i) => new Entry(i + 1) { Tenant = tenant })));

        Statement.Batches.Skip(1).Should().BeEquivalentTo(new int[][] { [1, 3, 6], [2, 5], [4] }, o => o.WithStrictOrdering());
    }

    [Fact]
    public async Task A_request_that_must_wait_for_another_batch_is_not_overtaken_by_a_later_one_of_its_key()
    {
        // 2 must wait for tenant b's batch, and so must 3, which is tenant a's but of the same key.
        Entry[] entries = [new(1) { Tenant = "a", Key = "x" }, new(2) { Tenant = "b", Key = "y" }, new(3) { Tenant = "a", Key = "y" }, new(4) { Tenant = "a", Key = "z" }];

        await Task.WhenAll(await TogetherAsync(Group(o => (o.BatchBy, o.OrderBy) = (entry => entry.Tenant, entry => entry.Key)), entries));

        Statement.Batches.Skip(1).Should().BeEquivalentTo(new int[][] { [1, 4], [2], [3] }, o => o.WithStrictOrdering());
    }

    [Fact]
    [Guarantee("Postgres", 12)]
    public async Task Halving_a_batch_keeps_the_order_within_a_key()
    {
        var entries = Enumerable.Range(1, 32).Select(id => new Entry(id) { Key = id % 2 == 0 ? "even" : "odd", Fault = id is 7 or 20 ? "22012" : "" }).ToArray();

        await EndsAsync(await TogetherAsync(Group(o => o.OrderBy = entry => entry.Key), entries));

        var rows = await RowsAsync();
        rows.Should().HaveCount(31);
        rows.Where(id => id % 2 == 0).Should().BeInAscendingOrder();
        rows.Where(id => id % 2 == 1).Should().BeInAscendingOrder();
    }
}
