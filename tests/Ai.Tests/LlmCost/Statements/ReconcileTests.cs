using Patterns.LlmCost;

namespace Ai.Tests.LlmCost;

/// <summary>Statements beside what is booked.</summary>
public sealed class ReconcileTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_difference_is_told_as_missing_calls_tokens_or_price_by_model_and_day()
    {
        await using var host = await LedgerHost.NewAsync(database.ConnectionString);
        var at = await host.DayAsync(1);
        var (month, day) = (Month.Of(at), DateOnly.FromDateTime(at.UtcDateTime));
        await host.BookAsync(
            LedgerHost.Call("acme", at, 3_000_000),
            LedgerHost.Call("acme", at) with { State = LlmCallState.Estimated },
            LedgerHost.Call("other", at.AddDays(1), 2_000_000, "Large"),
            LedgerHost.Call("other", at.AddDays(2), 2_000_000),
            LedgerHost.Call("other", at) with { Provider = "azure" });

        var result = await host.Ledger.ReconcileAsync(
            new("in_1", "OpenAI", month,
            [
                new(day, "small", PicoUsd.FromUsd(3)) { Requests = 2, Usage = new LlmUsage { Input = 5_000_000 } },
                new(day, "SMALL", PicoUsd.FromUsd(2)) { Requests = 1 },
                new(day.AddDays(1), "large", PicoUsd.FromUsd(22)) { Usage = new LlmUsage { Input = 2_000_000 } },
                new(day.AddDays(1), "web search", PicoUsd.FromUsd(0.5m)),
            ]),
            Ct);

        result.Lines.Should().Equal(
            new ReconciledLine(day, "small", PicoUsd.FromUsd(5), PicoUsd.FromUsd(4)) { MissingCalls = 1, InputTokenDifference = 1_000_000, OutputTokenDifference = 0, PriceDifference = PicoUsd.Zero, EstimatedShare = 0.25m },
            new ReconciledLine(day.AddDays(1), "large", PicoUsd.FromUsd(22), PicoUsd.FromUsd(20)) { InputTokenDifference = 0, OutputTokenDifference = 0, PriceDifference = PicoUsd.FromUsd(2) },
            new ReconciledLine(day.AddDays(1), "web search", PicoUsd.FromUsd(0.5m), PicoUsd.Zero),
            new ReconciledLine(day.AddDays(2), "small", PicoUsd.Zero, PicoUsd.FromUsd(2)));
        (result.Invoiced, result.Booked, result.Agrees).Should().Be((PicoUsd.FromUsd(27.5m), PicoUsd.FromUsd(26), false));
        result.EstimatedShare.Should().Be(0.038462m);
    }

    [Theory]
    [InlineData(9_900, true)]
    [InlineData(10_100, true)]
    [InlineData(9_899, false)]
    [InlineData(10_101, false)]
    public async Task Up_to_one_percent_of_the_invoice_agrees(int bookedCents, bool agrees)
    {
        await using var host = await LedgerHost.NewAsync(database.ConnectionString);
        var at = await host.DayAsync(1);
        await host.BookAsync(LedgerHost.Call("acme", at, bookedCents * 10_000L));

        var result = await host.Ledger.ReconcileAsync(new("in_1", "openai", Month.Of(at), [new(DateOnly.FromDateTime(at.UtcDateTime), "small", PicoUsd.FromUsd(100))]), Ct);

        (result.Agrees, result.Lines[0].Agrees).Should().Be((agrees, agrees));
    }

    [Fact]
    public async Task A_statement_that_comes_again_replaces_itself_and_its_id_is_no_other_invoice()
    {
        await using var host = await LedgerHost.NewAsync(database.ConnectionString);
        var month = Month.Of(await host.DayAsync(1));
        var statement = new ProviderStatement("in_1", "openai", month, [new(month.FirstDay, "small", PicoUsd.FromUsd(1))]);
        await host.Ledger.ReconcileAsync(statement, Ct);
        await host.Ledger.ReconcileAsync(statement with { Lines = [new(month.FirstDay, "large", PicoUsd.FromUsd(1.234m)) { Usage = new LlmUsage { Input = 7 } }] }, Ct);

        (await host.ScalarAsync<string>("SELECT string_agg(model || ' ' || pico_usd || ' ' || buckets[1], ',') FROM {schema}.llm_cost_statement_lines")).Should().Be("large 1234000000000 7");
        (await host.ScalarAsync<decimal>("SELECT pico_usd FROM {schema}.llm_cost_statements")).Should().Be(1_230_000_000_000m);
        (await host.Invoking(h => h.Ledger.ReconcileAsync(statement with { Provider = "azure" }, Ct)).Should().ThrowAsync<ArgumentException>()).WithMessage("*'in_1'*another provider*");
    }

    [Fact]
    public async Task Bad_input_is_refused_by_name()
    {
        await using var host = await LedgerHost.NewAsync(database.ConnectionString);
        var month = new Month(2026, 1);
        var good = new ProviderStatement("in_1", "openai", month, [new(month.FirstDay, "small", PicoUsd.FromUsd(1))]);

        await RefusedAsync(host, good with { Id = "" }, "*Id*");
        await RefusedAsync(host, good with { Provider = "a\n" }, "*Provider*");
        await RefusedAsync(host, good with { InvoiceUsd = 1.005m }, "*whole cents*");
        await RefusedAsync(host, good with { Lines = [new(month.End, "small", PicoUsd.Zero)] }, "*2026-02-01*2026-01*");
        await RefusedAsync(host, good with { Lines = [new(month.FirstDay, "", PicoUsd.Zero)] }, "*Model*");
        await RefusedAsync(host, good with { Lines = [good.Lines[0] with { Requests = -1 }] }, "*Requests*");
    }

    private static async Task RefusedAsync(LedgerHost host, ProviderStatement statement, string message) =>
        (await host.Invoking(h => h.Ledger.ReconcileAsync(statement, Ct)).Should().ThrowAsync<ArgumentException>()).WithMessage(message);
}
