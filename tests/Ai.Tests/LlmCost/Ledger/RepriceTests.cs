using Patterns.LlmCost;

namespace Ai.Tests.LlmCost;

/// <summary>Prices that come late, or otherwise than before.</summary>
public sealed class RepriceTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    [Guarantee("LlmCost", 6)]
    public async Task An_unpriced_call_is_kept_listed_and_priced_when_its_price_comes()
    {
        await using var host = await LedgerHost.NewAsync(database.ConnectionString);
        var at = await host.DayAsync(1);
        var day = DateOnly.FromDateTime(at.UtcDateTime);
        await host.BookAsync(LedgerHost.Call("acme", at, 2_000_000, "novel"), LedgerHost.Call("acme", at, 1_000_000, "novel") with { State = LlmCallState.Estimated }, LedgerHost.Call("acme", at.AddDays(3), 1, "novel"), LedgerHost.Call("acme", at));
        (await host.Ledger.UnpricedAsync(day, Ct).ToListAsync(Ct)).Should().Equal(new UnpricedModel("openai", "novel", "standard", 3, day, day.AddDays(3)));
        (await host.Ledger.RepriceAsync(day, Ct)).Should().Be(0);

        await host.ImportAsync(("novel", 2m));
        (await host.Ledger.RepriceAsync(day, Ct)).Should().Be(3);

        (await host.Ledger.UnpricedAsync(day, Ct).ToListAsync(Ct)).Should().BeEmpty();
        (await host.CostAsync(Month.Of(at))).Should().Be(PicoUsd.FromUsd(7.000002m));
        (await host.Ledger.DailyCostsAsync(day, day, cancellationToken: Ct).ToListAsync(Ct)).Sum(static cost => cost.Estimated.ToUsd()).Should().Be(2);
        (await host.BreaksAsync()).Should().BeEmpty();
        (await host.Ledger.RepriceAsync(day, Ct)).Should().Be(0, "doing it again changes nothing");
    }

    [Fact]
    public async Task A_changed_price_moves_what_began_since_the_day_and_nothing_before_it()
    {
        await using var host = await LedgerHost.NewAsync(database.ConnectionString);
        var at = await host.DayAsync(1);
        await host.BookAsync([.. Enumerable.Range(0, 2_500).Select(i => LedgerHost.Call($"t{i % 7}", at.AddMinutes(i % 600)))]);
        await host.BookAsync(LedgerHost.Call("t0", at.AddDays(-1)), LedgerHost.Call("t0", at) with { State = LlmCallState.Failed });

        await host.ImportAsync(("small", 3m));
        (await host.Ledger.RepriceAsync(DateOnly.FromDateTime(at.UtcDateTime), Ct)).Should().Be(2_500);

        (await host.CostAsync(Month.Of(at))).Should().Be(PicoUsd.FromUsd(7_501));
        (await host.BreaksAsync()).Should().BeEmpty();
    }

    [Fact]
    public async Task All_that_is_kept_can_be_priced_anew()
    {
        await using var host = await LedgerHost.NewAsync(database.ConnectionString);
        await host.BookAsync(LedgerHost.Call("acme", await host.DayAsync(1)));
        await host.ImportAsync(("small", 3m));

        (await host.Ledger.RepriceAsync(DateOnly.MinValue, Ct)).Should().Be(1);

        (await host.Ledger.RunCostsAsync(new Month(1, 1), cancellationToken: Ct).ToListAsync(Ct)).Should().BeEmpty("there is no earlier month to ask for");
    }

    [Fact]
    public async Task What_is_recorded_and_replaced_while_rows_are_priced_anew_is_counted_once()
    {
        await using var host = await LedgerHost.NewAsync(database.ConnectionString);
        var at = await host.DayAsync(1);
        var calls = Enumerable.Range(0, 400).Select(i => LedgerHost.Call($"t{i % 5}", at.AddSeconds(i))).ToArray();
        await host.BookAsync(calls);
        await host.ImportAsync(("small", 2m));
        await using var elsewhere = host.Other();

        await Task.WhenAll(
            host.Ledger.RepriceAsync(DateOnly.FromDateTime(at.UtcDateTime), Ct),
            elsewhere.Ledger.RepriceAsync(DateOnly.FromDateTime(at.UtcDateTime), Ct),
            host.BookAsync([.. calls.Take(200).Select(static call => call with { Revision = 1, Usage = new LlmUsage { Input = 500_000 } })]),
            host.BookAsync([.. Enumerable.Range(0, 100).Select(i => LedgerHost.Call("t1", at.AddSeconds(i)))]));
        await host.Ledger.RepriceAsync(DateOnly.FromDateTime(at.UtcDateTime), Ct);

        (await host.BreaksAsync()).Should().BeEmpty();
        (await host.CostAsync(Month.Of(at))).Should().Be(PicoUsd.FromUsd((200 * 1) + (200 * 2) + (100 * 2)));
    }
}
