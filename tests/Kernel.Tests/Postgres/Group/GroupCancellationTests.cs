using System.Collections.Concurrent;
using Patterns.Postgres;

namespace Kernel.Tests.Postgres;

/// <summary>Callers that stop waiting.</summary>
public abstract class GroupCancellationTests(PostgresDatabase database, Func<string>? connectionString = null) : GroupTests(database, connectionString)
{
    [Fact]
    public async Task A_call_that_waits_is_taken_out_and_its_place_is_free_at_once()
    {
        var group = Group(o => (o.QueueLimit, o.QueueFull) = (3, QueueFullMode.Reject));
        using var cancel = new CancellationTokenSource();
        await using var gate = await CloseGateAsync();
        var calls = Call(group, Entry.Range(1, 2));
        var third = group.RunAsync(new(3), cancel.Token).AsTask();
        var fourth = group.RunAsync(new(4), Ct).AsTask();
        (await EndAsync(group.RunAsync(new(5), Ct).AsTask())).Should().BeOfType<QueueFullException>();

        await cancel.CancelAsync();

        group.Queued.Should().Be(2);
        var end = (await EndAsync(third)).Should().BeOfType<GroupCanceledException>().Which;
        (end.Outcome, end.CancellationToken, PostgresErrors.OutcomeOf(end)).Should().Be((WriteOutcome.NotApplied, cancel.Token, WriteOutcome.NotApplied));
        third.IsCanceled.Should().BeTrue();
        var sixth = group.RunAsync(new(6), Ct).AsTask();
        await gate.OpenAsync();
        await Task.WhenAll([.. calls, fourth, sixth]);
        (await RowsAsync()).Should().Equal(1, 2, 4, 6);
        Statement.Batches.SelectMany(batch => batch).Should().NotContain([3, 5]);
    }

    [Fact]
    public async Task A_call_on_its_way_is_released_at_once_and_its_work_goes_on_for_everybody()
    {
        var group = Group();
        using var cancel = new CancellationTokenSource();
        await using var gate = await CloseGateAsync();
        var first = group.RunAsync(new(1), cancel.Token).AsTask();
        await gate.ArrivedAsync();
        var waiting = Call(group, Entry.Range(2, 3));

        await cancel.CancelAsync();

        (await EndAsync(first)).Should().BeOfType<GroupCanceledException>().Which.Outcome.Should().Be(WriteOutcome.Unknown);
        await gate.OpenAsync();
        await Task.WhenAll(waiting);
        (await RowsAsync()).Should().Equal(1, 2, 3, 4);
    }

    [Fact]
    public async Task Nothing_is_sent_for_a_token_that_was_cancelled_before()
    {
        var call = Group().RunAsync(new(1), new CancellationToken(canceled: true)).AsTask();

        (await EndAsync(call)).Should().BeOfType<GroupCanceledException>().Which.Outcome.Should().Be(WriteOutcome.NotApplied);
        Statement.Batches.Should().BeEmpty();
    }

    [Fact]
    [Guarantee("Postgres", 13)]
    public async Task In_a_storm_of_cancellations_nobody_is_told_anothers_answer_and_what_was_not_applied_is_not_there()
    {
        const int Callers = 64;
        var rounds = AtLength ? 5_000 : 100;
        var seed = Random.Shared.Next();
        var group = Group(o => (o.Lanes, o.MaxBatch) = (2, 24));
        var (applied, notApplied, unknown) = (new ConcurrentBag<int>(), new ConcurrentBag<int>(), new ConcurrentBag<int>());

        await Task.WhenAll(Enumerable.Range(0, Callers).Select(caller => Task.Run(async () =>
        {
            var random = new Random(seed + caller);
            for (var i = 0; i < rounds; i++)
            {
                var entry = new Entry((caller * rounds) + i);
                using var cancel = new CancellationTokenSource();
                var call = group.RunAsync(entry, cancel.Token).AsTask();
                var cancelling = random.Next(3) == 0 ? CancelAsync(cancel, random.Next(2_000)) : Task.CompletedTask;
                try
                {
                    (await call).Value.Should().Be(entry.Answer, $"seed {seed}");
                    applied.Add(entry.Id);
                }
                catch (GroupCanceledException e)
                {
                    e.CancellationToken.Should().Be(cancel.Token, $"seed {seed}");
                    (e.Outcome == WriteOutcome.NotApplied ? notApplied : unknown).Add(entry.Id);
                }

                await cancelling;
            }
        })));
        await group.DisposeAsync();

        (await RowsAsync()).Order().Should().Equal(applied.Concat(unknown).Order());
        (applied.Count + notApplied.Count + unknown.Count, group.Queued).Should().Be((Callers * rounds, 0));
        (applied.IsEmpty, notApplied.IsEmpty, unknown.IsEmpty).Should().Be((false, false, false), "all three must have been met");
    }

    private static async Task CancelAsync(CancellationTokenSource cancel, int spins)
    {
        await Task.Yield();
        Thread.SpinWait(spins);
        await cancel.CancelAsync();
    }
}
