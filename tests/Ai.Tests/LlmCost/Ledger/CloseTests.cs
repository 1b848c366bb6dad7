using Patterns.LlmCost;

namespace Ai.Tests.LlmCost;

/// <summary>Months that are closed.</summary>
public sealed class CloseTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    [Guarantee("LlmCost", 13)]
    public async Task A_closed_month_stays_and_what_comes_later_is_counted_today()
    {
        await using var host = await LedgerHost.NewAsync(database.ConnectionString);
        var at = await host.DayAsync(1);
        var (closed, today) = (Month.Of(at), Month.Of(await host.NowAsync()));
        var (early, unpriced) = (LedgerHost.Call("acme", at), LedgerHost.Call("acme", at, 1_000_000, "novel"));
        await host.BookAsync(early, unpriced);
        await host.Ledger.CloseAsync(closed, Ct);
        await host.Ledger.CloseAsync(closed, Ct);

        await host.BookAsync(early with { Revision = 1, Usage = new LlmUsage { Input = 3_000_000 } }, LedgerHost.Call("acme", at, 5_000_000), LedgerHost.Call("acme", at, 1_000_000, "novel"));
        (await host.CostAsync(closed)).Should().Be(PicoUsd.FromUsd(1));
        (await host.CostAsync(today)).Should().Be(PicoUsd.FromUsd(7));

        await host.Invoking(h => h.ImportAsync(("small", 2m))).Should().ThrowAsync<InvalidOperationException>();
        await host.ImportAsync(("novel", 1m));
        (await host.Ledger.RepriceAsync(closed.FirstDay, Ct)).Should().Be(2);

        (await host.CostAsync(closed)).Should().Be(PicoUsd.FromUsd(1));
        (await host.CostAsync(today)).Should().Be(PicoUsd.FromUsd(9));
        (await host.Ledger.UnpricedAsync(closed.FirstDay, Ct).ToListAsync(Ct)).Should().BeEmpty();
        (await host.BreaksAsync()).Should().BeEmpty();
    }

    [Fact]
    [Guarantee("LlmCost", 13)]
    public async Task What_a_closed_month_had_too_much_is_read_as_figures_below_zero()
    {
        await using var host = await LedgerHost.NewAsync(database.ConnectionString);
        var at = await host.DayAsync(1);
        var today = DateOnly.FromDateTime((await host.NowAsync()).UtcDateTime);
        var call = LedgerHost.Call("acme", at, 3_000_000) with { State = LlmCallState.Estimated };
        await host.BookAsync(call);
        await host.Ledger.CloseAsync(Month.Of(at), Ct);
        await host.BookAsync(call with { Revision = 1, State = LlmCallState.Settled, Usage = new LlmUsage { Input = 1_000_000 } });

        var day = (await host.Ledger.DailyCostsAsync(today, today.AddDays(1), "acme", Ct).ToListAsync(Ct)).Should().ContainSingle().Subject;
        (day.Calls, day.Usage.Input, day.Usage.InputTokens, day.Cost, day.Estimated).Should().Be((0, -2_000_000, -2_000_000, PicoUsd.FromUsd(-2), PicoUsd.FromUsd(-3)));
        (await host.Ledger.EstimatedSharesAsync(today, today.AddDays(1), Ct).ToListAsync(Ct)).Should().ContainSingle().Which.Share.Should().Be(0);
        var statement = new ProviderStatement("in_1", "openai", Month.Of(await host.NowAsync()), []);
        (await host.Ledger.ReconcileAsync(statement, Ct)).Lines.Should().ContainSingle().Which.Should().BeEquivalentTo(new { Booked = PicoUsd.FromUsd(-2), EstimatedShare = 0m });
    }

    [Fact]
    [Guarantee("LlmCost", 13)]
    public async Task Nothing_is_counted_in_a_month_after_its_close_returned_however_many_are_booking()
    {
        await using var host = await LedgerHost.NewAsync(database.ConnectionString);
        var at = await host.DayAsync(1);
        var booking = Task.WhenAll(Enumerable.Range(0, 32).Select(async writer =>
        {
            for (var i = 0; i < 20; i++)
                await host.Costs.RecordAsync(LedgerHost.Call($"t{writer % 4}", at.AddSeconds(i)), Ct);
        }));

        await host.Ledger.CloseAsync(Month.Of(at), Ct);
        var closed = await host.CostAsync(Month.Of(at));
        await booking;

        (await host.CostAsync(Month.Of(at))).Should().Be(closed);
        (closed + await host.CostAsync(Month.Of(await host.NowAsync()))).Should().Be(PicoUsd.FromUsd(640));
        (await host.BreaksAsync()).Should().BeEmpty();
    }

    [Fact]
    public async Task A_month_that_is_not_over_is_not_closed()
    {
        await using var host = await LedgerHost.NewAsync(database.ConnectionString);
        var month = Month.Of(await host.NowAsync());

        (await host.Invoking(h => h.Ledger.CloseAsync(month, Ct)).Should().ThrowAsync<ArgumentException>()).WithMessage($"*{month}*not over*");
    }

    [Theory]
    [InlineData("price", "late", "close")]
    [InlineData("price", "close", "late")]
    [InlineData("late", "price", "close")]
    [InlineData("late", "close", "price")]
    [InlineData("close", "price", "late")]
    [InlineData("close", "late", "price")]
    [Guarantee("LlmCost", 3)]
    [Guarantee("LlmCost", 6)]
    [Guarantee("LlmCost", 13)]
    public async Task A_price_late_usage_and_a_close_come_to_the_same_cost_in_every_order(string first, string second, string third)
    {
        await using var host = await LedgerHost.NewAsync(database.ConnectionString);
        var at = await host.DayAsync(1);
        var call = LedgerHost.Call("acme", at, 1_000_000, "novel") with { State = LlmCallState.Estimated };
        await host.BookAsync(call, LedgerHost.Call("acme", at));
        PicoUsd? closed = null;
        foreach (var step in (string[])[first, second, third])
        {
            switch (step)
            {
                case "price":
                    await host.ImportAsync(("novel", 2m));
                    await host.Ledger.RepriceAsync(Month.Of(at).FirstDay, Ct);
                    break;
                case "late":
                    await host.BookAsync(call with { Revision = 1, State = LlmCallState.Settled, Usage = new LlmUsage { Input = 3_000_000 } });
                    break;
                default:
                    await host.Ledger.CloseAsync(Month.Of(at), Ct);
                    closed = await host.CostAsync(Month.Of(at));
                    break;
            }

            (await host.BreaksAsync()).Should().BeEmpty();
        }

        (await host.CostAsync(Month.Of(at))).Should().Be(closed!.Value);
        (await host.CostAsync(Month.Of(at)) + await host.CostAsync(Month.Of(await host.NowAsync()))).Should().Be(PicoUsd.FromUsd(7));
    }
}
