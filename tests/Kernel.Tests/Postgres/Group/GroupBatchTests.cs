using Patterns.Postgres;

namespace Kernel.Tests.Postgres;

/// <summary>What bounds a batch, and what bounds the queue.</summary>
public sealed class GroupBatchTests(PostgresDatabase database) : GroupTests(database), IClassFixture<PostgresDatabase>
{
    [Fact]
    public async Task Batches_are_filled_in_the_order_of_arrival_up_to_their_limit()
    {
        await Task.WhenAll(await TogetherAsync(Group(o => o.MaxBatch = 4), Entry.Range(1, 10)));

        ShouldHaveSent([1, 2, 3, 4], [5, 6, 7, 8], [9, 10]);
    }

    [Fact]
    public async Task Sizes_bound_a_batch_and_a_request_beyond_the_limit_goes_alone()
    {
        int[] sizes = [40, 60, 1, 50, 500, 10, 90];

        await Task.WhenAll(await TogetherAsync(Group(o => (o.SizeOf, o.MaxBatchBytes) = (entry => entry.Size, 100)), sizes.Select((size, i) => new Entry(i + 1) { Size = size })));

        ShouldHaveSent([1, 2], [3, 4], [5], [6, 7]);
    }

    [Fact]
    public async Task At_the_limit_of_the_queue_calls_wait_their_turn_and_can_be_cancelled()
    {
        var group = Group(o => (o.QueueLimit, o.MaxBatch) = (3, 2));
        using var cancel = new CancellationTokenSource();
        await using var gate = await CloseGateAsync();
        var calls = Call(group, Entry.Range(1, 8));
        var ninth = group.RunAsync(new(9), cancel.Token).AsTask();
        var tenth = group.RunAsync(new(10), Ct).AsTask();

        await cancel.CancelAsync();
        (await EndAsync(ninth)).Should().BeOfType<GroupCanceledException>().Which.Outcome.Should().Be(WriteOutcome.NotApplied);
        await gate.OpenAsync();
        await Task.WhenAll([.. calls, tenth]);

        (await RowsAsync()).Should().Equal(1, 2, 3, 4, 5, 6, 7, 8, 10);
    }

    [Fact]
    public async Task A_full_queue_may_refuse_and_then_nothing_is_sent()
    {
        var group = Group(o => (o.QueueLimit, o.QueueFull) = (5, QueueFullMode.Reject));
        await using var gate = await CloseGateAsync();
        var calls = Call(group, Entry.Range(1, 6));

        var refused = await EndAsync(group.RunAsync(new(7), Ct).AsTask());

        refused.Should().BeOfType<QueueFullException>().Which.Message.Should().Contain("'entries'").And.Contain("5 requests").And.Contain("QueueLimit");
        PostgresErrors.OutcomeOf(refused!).Should().Be(WriteOutcome.NotApplied);
        await gate.OpenAsync();
        await Task.WhenAll(calls);
        (await RowsAsync()).Should().Equal(1, 2, 3, 4, 5, 6);
    }

    [Fact]
    public async Task The_limit_of_the_queue_holds_for_all_lanes_together()
    {
        var group = Group(o => (o.Lanes, o.QueueLimit, o.QueueFull, o.OrderBy) = (8, 10, QueueFullMode.Reject, entry => entry.Key));
        var most = 0;
        await using var gate = await CloseGateAsync();

        var ends = await Task.WhenAll(Enumerable.Range(0, 8).Select(caller => Task.Run(() =>
        {
            var calls = Call(group, Enumerable.Range(0, 200).Select(i => new Entry((caller * 200) + i) { Key = $"key {i % 64}" }));
            InterlockedMax(ref most, group.Queued);
            return calls;
        }, Ct)));
        await gate.OpenAsync();
        await EndsAsync(ends.SelectMany(calls => calls));

        most.Should().BeInRange(1, 10);
    }

    [Fact]
    public async Task A_key_or_size_that_cannot_be_told_fails_its_own_call_only()
    {
        var group = Group(o => o.OrderBy = entry => entry.Id == 2 ? throw new FormatException("no key") : entry.Key);

        var ends = await EndsAsync(Call(group, Entry.Range(1, 3)));

        ends.Select(end => end?.Message).Should().Equal(null, "no key", null);
    }

    private static void InterlockedMax(ref int most, int value)
    {
        for (var seen = Volatile.Read(ref most); value > seen; seen = Volatile.Read(ref most))
            Interlocked.CompareExchange(ref most, value, seen);
    }

    private void ShouldHaveSent(params int[][] batches) => Statement.Batches.Skip(1).Should().BeEquivalentTo(batches, o => o.WithStrictOrdering());
}
