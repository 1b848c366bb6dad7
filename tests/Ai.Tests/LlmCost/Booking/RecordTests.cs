using Patterns.LlmCost;

namespace Ai.Tests.LlmCost;

/// <summary>One row for each attempt, and days that are the sum of the rows.</summary>
public abstract class RecordTests(Func<string> connectionString)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    [Guarantee("LlmCost", 2)]
    public async Task An_attempt_is_one_row_and_the_same_revision_again_changes_nothing()
    {
        await using var host = await LedgerHost.NewAsync(connectionString());
        var day = await host.DayAsync(0, 1);
        var call = LedgerHost.Call("acme", day, 10) with { Feature = "chat", Usage = new() { Input = 10, CacheRead = 5, Output = 2, Reasoning = 1 }, UserId = "u1", RunId = Guid.CreateVersion7(), ResponseId = "resp_1", Suspect = true };

        await host.BookAsync(call);
        await host.BookAsync(call, call with { Usage = new() { Input = 99 } });

        (await host.DaysAsync("acme")).Should().Equal($"{day:yyyy-MM-dd} small chat: 1, 10, 0, 0, 1");
        (await host.ScalarAsync<string>("SELECT concat_ws(' ', tenant_id, attempt, revision, state, provider, model, tier, feature, user_id, response_id, buckets::text, reasoning, suspect) FROM {schema}.llm_cost_calls"))
            .Should().Be("acme 1 0 settled openai small standard chat u1 resp_1 {10,5,0,0,0,0,2,0,0,0,0,0} 1 t");
    }

    [Fact]
    [Guarantee("LlmCost", 2)]
    public async Task A_higher_revision_replaces_the_row_and_moves_the_day_by_the_difference()
    {
        await using var host = await LedgerHost.NewAsync(connectionString());
        var day = await host.DayAsync(0, 1);
        var call = LedgerHost.Call("acme", day, 10) with { State = LlmCallState.Estimated };
        await host.BookAsync(call);
        (await host.DaysAsync("acme")).Should().Equal($"{day:yyyy-MM-dd} small : 1, 10, 10000000, 10000000, 0");

        await host.BookAsync(call with { Revision = 2, State = LlmCallState.Settled, Usage = new() { Input = 4 } });
        await host.BookAsync(call with { Revision = 1, Usage = new() { Input = 77 } });

        (await host.DaysAsync("acme")).Should().Equal($"{day:yyyy-MM-dd} small : 1, 4, 4000000, 0, 0");
        (await host.BreaksAsync()).Should().BeEmpty();
    }

    [Fact]
    [Guarantee("LlmCost", 2)]
    public async Task A_revision_with_another_model_day_or_feature_leaves_nothing_where_it_was_counted_before()
    {
        await using var host = await LedgerHost.NewAsync(connectionString());
        var (first, second) = (await host.DayAsync(0, 1), (await host.DayAsync(0, 1)).AddDays(-1));
        var call = LedgerHost.Call("acme", first, 10);
        await host.BookAsync(call);

        await host.BookAsync(call with { Revision = 1, Model = "large", Feature = "chat", StartedAt = second });

        (await host.DaysAsync("acme")).Should().Equal($"{second:yyyy-MM-dd} large chat: 1, 10, 100000000, 0, 0");
        (await host.BreaksAsync()).Should().BeEmpty();
    }

    [Fact]
    [Guarantee("LlmCost", 2)]
    public async Task Revisions_that_are_recorded_at_once_end_with_the_highest()
    {
        await using var host = await LedgerHost.NewAsync(connectionString());
        var day = await host.DayAsync(0, 1);
        var calls = Enumerable.Range(0, 10).Select(_ => LedgerHost.Call("acme", day)).ToList();

        await host.BookAsync([.. Enumerable.Range(0, 20).SelectMany(revision => calls.Select(call => call with { Revision = revision * 7 % 20, Usage = new() { Input = revision * 7 % 20 } }))]);

        (await host.ScalarAsync<long>("SELECT count(*) FROM {schema}.llm_cost_calls WHERE revision = 19 AND buckets[1] = 19")).Should().Be(10);
        (await host.DaysAsync("acme")).Should().Equal($"{day:yyyy-MM-dd} small : 10, 190, 190000000, 0, 0");
        (await host.BreaksAsync()).Should().BeEmpty();
    }

    [Fact]
    [Guarantee("LlmCost", 2)]
    public async Task Two_processes_that_record_the_same_calls_make_one_row_and_one_change_of_the_day()
    {
        await using var host = await LedgerHost.NewAsync(connectionString());
        await using var other = host.Other();
        var day = await host.DayAsync(0, 1);
        var calls = Enumerable.Range(0, 200).Select(i => LedgerHost.Call($"t{i % 7}", day, i)).ToArray();

        await Task.WhenAll(host.BookAsync(calls), other.BookAsync([.. calls.Reverse()]), host.BookAsync([.. calls.Select(static call => call with { Revision = 1 })]));

        (await host.RowsAsync()).Should().Be(200);
        (await host.ScalarAsync<decimal>("SELECT sum(calls) FROM {schema}.llm_cost_daily")).Should().Be(200);
        (await host.BreaksAsync()).Should().BeEmpty();
    }

    [Fact]
    [Guarantee("LlmCost", 3)]
    public async Task Writers_of_overlapping_days_neither_deadlock_nor_break_the_sums()
    {
        await using var host = await LedgerHost.NewAsync(connectionString());
        await using var other = host.Other();
        var start = await host.DayAsync(0, 1);
        var seed = Random.Shared.Next();
        var ids = Enumerable.Range(0, 100).Select(_ => Guid.CreateVersion7(start)).ToArray();

        var storm = async () => await Task.WhenAll(Enumerable.Range(0, 64).Select(writer => Task.Run(
            async () =>
            {
                var random = new Random(seed + writer);
                for (var i = 0; i < 12; i++)
                {
                    var id = random.Next(ids.Length);
                    await (writer % 2 == 0 ? host : other).Costs.RecordAsync(
                        new($"t{id % 5}", ids[id], "openai", random.Next(3) switch { 0 => "small", 1 => "large", _ => "unknown" }, new() { Input = random.Next(1_000), Output = random.Next(100) })
                        {
                            Attempt = 1 + random.Next(2), Revision = random.Next(4), State = (LlmCallState)random.Next(3), StartedAt = start.AddDays(-random.Next(3)), Feature = random.Next(2) == 0 ? "chat" : "",
                        },
                        Ct);
                }
            },
            Ct)));

        await storm.Should().NotThrowAsync($"of seed {seed}");
        (await host.BreaksAsync()).Should().BeEmpty($"of seed {seed}");
        (await host.RowsAsync()).Should().BeInRange(100, 200);
    }

    [Fact]
    [Guarantee("LlmCost", 6)]
    public async Task A_call_without_a_price_is_kept_and_counted_as_such()
    {
        await using var host = await LedgerHost.NewAsync(connectionString());
        var day = await host.DayAsync(0, 1);

        await host.BookAsync(LedgerHost.Call("acme", day, 7, "unheard-of"), LedgerHost.Call("acme", day, 7, "unheard-of") with { State = LlmCallState.Failed });

        (await host.DaysAsync("acme")).Should().Equal($"{day:yyyy-MM-dd} unheard-of : 2, 14, 0, 0, 1");
        (await host.ScalarAsync<long>("SELECT count(*) FROM {schema}.llm_cost_calls WHERE pico_usd IS NULL")).Should().Be(1);
    }

    [Fact]
    public async Task A_call_of_an_earlier_month_finds_its_partition()
    {
        await using var host = await LedgerHost.NewAsync(connectionString());
        var day = await host.DayAsync(5);

        await host.BookAsync(LedgerHost.Call("acme", day));

        (await host.DaysAsync("acme")).Should().ContainSingle().Which.Should().StartWith($"{day:yyyy-MM-dd}");
    }
}
