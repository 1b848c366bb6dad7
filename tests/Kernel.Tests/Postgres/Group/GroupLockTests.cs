using Npgsql;
using Patterns.Postgres;

namespace Kernel.Tests.Postgres;

/// <summary>A row that somebody else's session holds.</summary>
public abstract class GroupLockTests(PostgresDatabase database, Func<string>? connectionString = null) : GroupTests(database, connectionString)
{
    [Fact]
    [Guarantee("Postgres", 11)]
    public async Task A_locked_row_stops_only_its_own_request()
    {
        var group = ShortWait();
        var entries = Entry.Range(1, 40);
        await using var held = await LockAsync(17);

        var calls = Call(group, entries);
        var others = entries.Where(entry => entry.Id != 17).ToArray();
        ShouldAnswer(others, await Task.WhenAll(others.Select(entry => calls[entry.Id - 1])));
        calls[16].IsCompleted.Should().BeFalse();
        (await group.RunAsync(new(41), Ct)).Value.Should().Be(124, "the lane goes on");
        await held.ReleaseAsync();

        (await calls[16]).Value.Should().Be(entries[16].Answer);
        (await RowsAsync()).Should().HaveCount(41);
    }

    [Fact]
    public async Task A_request_that_finds_its_row_taken_when_the_lock_is_gone_is_told_so()
    {
        var group = ShortWait();
        await using var held = await LockAsync(2);

        var calls = Call(group, Entry.Range(1, 3));
        await Task.WhenAll(calls[0], calls[2]);
        await held.KeepAsync();

        (await EndAsync(calls[1])).Should().BeOfType<PostgresException>().Which.SqlState.Should().Be("23505");
    }

    [Fact]
    [Guarantee("Postgres", 12)]
    public async Task Later_requests_of_a_blocked_key_wait_for_it_in_order_and_other_keys_do_not()
    {
        var group = ShortWait(o => o.OrderBy = entry => entry.Key);
        var entries = Enumerable.Range(1, 12).Select(id => new Entry(id) { Key = id % 3 == 0 ? "held" : "free" }).ToArray();
        await using var held = await LockAsync(3);

        var calls = Call(group, entries);
        await Task.WhenAll(calls.Where((_, i) => (i + 1) % 3 != 0));

        // These come when the key is known to be blocked.
        var later = Call(group, [new(15) { Key = "held" }, new(16) { Key = "free" }, new(18) { Key = "held" }]);
        await later[1];
        calls.Concat(later).Count(call => !call.IsCompleted).Should().Be(6);
        group.Queued.Should().Be(5);
        await held.ReleaseAsync();

        await Task.WhenAll(calls.Concat(later));
        (await RowsAsync()).Where(id => id % 3 == 0).Should().Equal(3, 6, 9, 12, 15, 18);
        group.Queued.Should().Be(0);
    }

    [Fact]
    public async Task A_request_is_released_by_its_token_while_it_is_blocked_and_those_behind_it_go_on_in_time()
    {
        var group = ShortWait(o => o.OrderBy = entry => entry.Key);
        await using var held = await LockAsync(1);
        using var cancel = new CancellationTokenSource();

        var blocked = group.RunAsync(new(1) { Key = "a" }, cancel.Token).AsTask();
        var behind = group.RunAsync(new(2) { Key = "a" }, Ct).AsTask();
        using var cancelParked = new CancellationTokenSource();
        var parked = group.RunAsync(new(3) { Key = "a" }, cancelParked.Token).AsTask();
        await group.RunAsync(new(4) { Key = "b" }, Ct);
        await cancel.CancelAsync();
        await cancelParked.CancelAsync();

        (await EndAsync(blocked)).Should().BeOfType<GroupCanceledException>().Which.Outcome.Should().Be(WriteOutcome.Unknown);
        (await EndAsync(parked)).Should().BeOfType<GroupCanceledException>().Which.Outcome.Should().Be(WriteOutcome.NotApplied);
        behind.IsCompleted.Should().BeFalse();
        await held.ReleaseAsync();
        await behind;
        (await RowsAsync()).Where(row => row != 4).Should().Equal([1, 2], "where the other key comes between them is chance");
    }

    [Fact]
    public async Task Many_blocked_requests_all_finish_when_they_are_unlocked()
    {
        var group = ShortWait();
        var entries = Entry.Range(1, 30);
        await using var held = await LockAsync([.. Enumerable.Range(1, 12)]);

        var calls = await TogetherAsync(group, entries);
        await Eventually.HoldsAsync(
            "four statements wait for the lock",
            async () => await ScalarAsync<long>("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'transactionid'") == 4);
        await held.ReleaseAsync();

        ShouldAnswer(entries, await Task.WhenAll(calls));
    }

    protected GroupCommit<Entry, Answer> ShortWait(Action<GroupOptions<Entry>>? configure = null) => Group(o =>
    {
        o.BatchLockTimeout = TimeSpan.FromMilliseconds(100);
        configure?.Invoke(o);
    });
}
