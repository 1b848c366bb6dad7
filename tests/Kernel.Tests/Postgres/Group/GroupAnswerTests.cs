using Npgsql;
using NpgsqlTypes;
using Patterns.Postgres;

namespace Kernel.Tests.Postgres;

/// <summary>Calls that are made together share statements, and each gets its own answer.</summary>
public abstract class GroupAnswerTests(PostgresDatabase database, Func<string>? connectionString = null) : GroupTests(database, connectionString)
{
    [Fact]
    public async Task A_lone_call_is_sent_at_once_and_leaves_its_lane_free_for_the_next()
    {
        var group = Group();

        foreach (var entry in Entry.Range(1, 20))
            (await group.RunAsync(entry, Ct)).Should().Be(new Answer(entry.Answer, entry.Id));

        (await RowsAsync()).Should().Equal(Enumerable.Range(1, 20));
        group.Queued.Should().Be(0);
    }

    [Fact]
    public async Task A_thousand_calls_that_wait_together_take_two_statements_beyond_the_lanes()
    {
        const int Lanes = 2;
        var group = Group(o => o.Lanes = Lanes);
        var entries = Entry.Range(1, 1_000);
        await using var gate = await CloseGateAsync();
        var calls = Call(group, entries);
        await gate.ArrivedAsync(Lanes);
        group.Queued.Should().Be(1_000 - Lanes);

        await gate.OpenAsync();
        ShouldAnswer(entries, await Task.WhenAll(calls));

        (await StatementsAsync()).Should().BeLessThanOrEqualTo((int)Math.Ceiling(1_000 / 512.0) + Lanes);
        (await RowsAsync()).Should().HaveCount(1_000);
        group.Queued.Should().Be(0);
    }

    [Fact]
    [Guarantee("Postgres", 10)]
    public async Task Each_of_64_callers_is_answered_2000_times_about_its_own_request()
    {
        await using var group = new GroupCommit<long, string>(Postgres, new Describe(), new() { Time = Time });
        var wrong = 0;

        await Task.WhenAll(Enumerable.Range(0, 64).Select(caller => Task.Run(async () =>
        {
            for (var i = 0; i < 2_000; i++)
            {
                var request = (caller * 10_000L) + i;
                if (await group.RunAsync(request, Ct) != $"{request * 3:D12}")
                    Interlocked.Increment(ref wrong);
            }
        }, Ct)));

        wrong.Should().Be(0);
    }

    /// <summary>One row carries all answers, in the order of the requests.</summary>
    private sealed class Describe : GroupStatement<long, string>
    {
        public override string Name => "describe";

        public override string Sql => "SELECT array_agg(to_char(number * 3, 'FM000000000000') ORDER BY place) FROM unnest($1) WITH ORDINALITY AS r (number, place)";

        public override void Bind(NpgsqlParameterCollection parameters, ReadOnlySpan<long> batch)
        {
            var numbers = Column<long>(parameters, 0, NpgsqlDbType.Bigint);
            foreach (var number in batch)
                numbers.Add(number);
        }

        public override void Read(NpgsqlDataReader row, ReadOnlySpan<long> batch, GroupAnswers<string> answers)
        {
            var all = row.GetFieldValue<string[]>(0);
            for (var i = 0; i < all.Length; i++)
                answers[i] = all[i];
        }
    }
}
