namespace Kernel.Tests.Postgres;

/// <summary>One tenant's flood does not hold up the others.</summary>
public sealed class GroupFairnessTests(PostgresDatabase database) : GroupTests(database), IClassFixture<PostgresDatabase>
{
    [Fact]
    public async Task A_batch_takes_one_request_of_each_tenant_in_rotation()
    {
        string[] tenants = ["a", "a", "a", "a", "a", "b", "b", "c"];

        await Task.WhenAll(await TogetherAsync(Group(o => (o.FairBy, o.MaxBatch) = (entry => entry.Tenant, 4)), tenants.Select((tenant, i) => new Entry(i + 1) { Tenant = tenant })));

        Statement.Batches.Skip(1).Should().BeEquivalentTo(new int[][] { [1, 6, 8, 2], [7, 3, 4, 5] }, o => o.WithStrictOrdering());
    }

    [Theory]
    [InlineData(false, false, false)]
    [InlineData(true, false, false)]
    [InlineData(true, true, false)]
    [InlineData(false, false, true)]
    [InlineData(true, true, true)]
    public async Task A_flood_delays_anothers_request_by_two_batches_at_most(bool keys, bool unique, bool apart)
    {
        var group = Group(o =>
        {
            (o.FairBy, o.MaxBatch, o.UniqueKeys) = (entry => entry.Tenant, 8, unique);
            o.OrderBy = keys ? entry => entry.Key : null;
            o.BatchBy = apart ? entry => entry.Tenant : null;
        });
        Entry[] entries = [.. Enumerable.Range(1, 400).Select(id => new Entry(id) { Tenant = "flood", Key = $"key {id % 5}" }), new(401) { Tenant = "other", Key = "mine" }];

        await Task.WhenAll(await TogetherAsync(group, entries));

        Array.FindIndex([.. Statement.Batches.Skip(1)], batch => batch.Contains(401)).Should().BeLessThanOrEqualTo(2);
    }

    [Fact]
    public async Task Two_floods_that_must_not_mix_still_fill_their_batches()
    {
        var group = Group(o => (o.FairBy, o.BatchBy, o.MaxBatch) = (entry => entry.Tenant, entry => entry.Tenant, 10));
        var entries = Enumerable.Range(1, 200).Select(id => new Entry(id) { Tenant = $"flood {id % 2}" });

        await Task.WhenAll(await TogetherAsync(group, entries));

        Statement.Batches.Skip(1).Should().OnlyContain(batch => batch.Length == 10);
    }

    [Fact]
    public async Task A_large_request_is_not_passed_over_for_ever_by_small_ones()
    {
        var group = Group(o => (o.FairBy, o.MaxBatch, o.SizeOf, o.MaxBatchBytes) = (entry => entry.Tenant, 2, entry => entry.Size, 100));
        Entry[] entries =
        [
            new(1) { Tenant = "b" }, new(2) { Tenant = "large", Size = 1 },
            .. Enumerable.Range(3, 60).Select(id => new Entry(id) { Tenant = id % 2 == 0 ? "a" : "b" }),
            new(70) { Tenant = "large", Size = 101 },
        ];

        await Task.WhenAll(await TogetherAsync(group, entries));

        Array.FindIndex([.. Statement.Batches.Skip(1)], batch => batch.Contains(70)).Should().BeLessThanOrEqualTo(3);
    }

    [Fact]
    public async Task A_request_whose_key_a_flood_shares_has_its_turn()
    {
        var group = Group(o => (o.FairBy, o.MaxBatch, o.OrderBy, o.UniqueKeys) = (entry => entry.Tenant, 2, entry => entry.Key, true));
        Entry[] entries =
        [
            .. Enumerable.Range(1, 60).Select(id => id % 2 == 0 ? new Entry(id) { Tenant = "a", Key = $"a {id}" } : new Entry(id) { Tenant = "b", Key = "shared" }),
            new(61) { Tenant = "other", Key = "shared" },
        ];

        await Task.WhenAll(await TogetherAsync(group, entries));

        Array.FindIndex([.. Statement.Batches.Skip(1)], batch => batch.Contains(61)).Should().BeLessThanOrEqualTo(2);
    }

    [Fact]
    public async Task A_tenant_whose_only_request_was_cancelled_does_not_hide_the_others()
    {
        var group = Group(o => o.FairBy = entry => entry.Tenant);
        using var cancel = new CancellationTokenSource();
        await using var gate = await CloseGateAsync();
        var first = group.RunAsync(new(0), Ct).AsTask();
        var gone = group.RunAsync(new(1) { Tenant = "a" }, cancel.Token).AsTask();
        var waiting = group.RunAsync(new(2) { Tenant = "b" }, Ct).AsTask();

        await cancel.CancelAsync();
        await gate.OpenAsync();

        await EndAsync(gone);
        await Task.WhenAll(first, waiting).WaitAsync(TimeSpan.FromSeconds(20), Ct);
        (await RowsAsync()).Should().Equal(0, 2);
    }
}
