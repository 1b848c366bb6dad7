using Patterns.LlmCost;

namespace Ai.Tests.LlmCost;

/// <summary>Revisions that come before and after their month was closed.</summary>
public sealed class LateTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>Every order of three revisions and the close.</summary>
    public static TheoryData<string> Orders => [.. Permutations("012C")];

    [Theory]
    [MemberData(nameof(Orders))]
    [Guarantee("LlmCost", 13)]
    public async Task In_every_order_of_revisions_and_close_the_closed_month_stays_and_all_days_sum_up_to_the_last_revision(string order)
    {
        await using var host = await LedgerHost.NewAsync(database.ConnectionString);
        var day = await host.DayAsync(1);
        var month = Month.Of(day);
        var call = LedgerHost.Call("acme", day);
        LlmCall[] revisions =
        [
            call with { State = LlmCallState.Estimated, Usage = new() { Input = 100 } },
            call with { Revision = 1, Model = "large", Usage = new() { Input = 7 } },
            call with { Revision = 2, Model = "large", Feature = order[0] == '0' ? "" : "chat", StartedAt = day.AddDays(1), Usage = new() { Input = 9, Output = 1 } },
        ];
        PicoUsd? closed = null;
        foreach (var step in order)
        {
            if (step == 'C')
            {
                await host.Ledger.CloseAsync(month, Ct);
                closed = await host.CostAsync(month);
            }
            else
            {
                await host.BookAsync(revisions[step - '0']);
            }

            (await host.BreaksAsync()).Should().BeEmpty($"of {order} after {step}");
        }

        (await host.CostAsync(month)).Should().Be(closed!.Value);
        (await host.ScalarAsync<decimal>("SELECT sum(pico_usd) FROM {schema}.llm_cost_daily")).Should().Be((9 * 10_000_000) + 40_000_000);
        (await host.ScalarAsync<decimal>("SELECT sum(calls) FROM {schema}.llm_cost_daily")).Should().Be(1);
        (await host.ScalarAsync<decimal>("SELECT sum(estimated_pico_usd) FROM {schema}.llm_cost_daily")).Should().Be(0);
        (await host.ScalarAsync<long>("SELECT count(*) FROM {schema}.llm_cost_adjustments WHERE date_trunc('month', day) = date_trunc('month', adjusts)")).Should().Be(0);
    }

    [Fact]
    [Guarantee("LlmCost", 13)]
    public async Task What_is_booked_while_the_month_closes_is_counted_in_it_before_or_on_another_day_after()
    {
        await using var host = await LedgerHost.NewAsync(database.ConnectionString);
        var day = await host.DayAsync(1);
        var month = Month.Of(day);
        var calls = Enumerable.Range(0, 400).Select(i => LedgerHost.Call($"t{i % 20}", day, 1)).ToArray();

        var booking = Task.WhenAll(calls.Select(async call =>
        {
            await Task.Yield();
            await host.Costs.RecordAsync(call, Ct);
            await host.Costs.RecordAsync(call with { Revision = 1, Usage = new() { Input = 2 } }, Ct);
        }));
        await Eventually.HoldsAsync("some are booked", async () => await host.RowsAsync() > 20);
        await host.Ledger.CloseAsync(month, Ct);
        var closed = await host.CostAsync(month);
        await booking;

        (await host.CostAsync(month)).Should().Be(closed);
        (await host.ScalarAsync<decimal>("SELECT sum(pico_usd) FROM {schema}.llm_cost_daily")).Should().Be(800_000_000);
        (await host.BreaksAsync()).Should().BeEmpty();
    }

    private static IEnumerable<string> Permutations(string items) => items.Length <= 1 ? [items] : items.SelectMany((item, i) => Permutations(items.Remove(i, 1)).Select(rest => item + rest));
}
