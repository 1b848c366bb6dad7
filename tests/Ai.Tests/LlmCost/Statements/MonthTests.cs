using System.Globalization;
using Patterns.LlmCost;

namespace Ai.Tests.LlmCost;

/// <summary>A month as it happens: calls that are tried again, streams that break off, usage that comes late, some of it after the month was closed; and the provider's own book of it, which is kept beside.</summary>
public sealed class MonthTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private const int Seed = 20_261_122;

    private static readonly int Calls = Environment.GetEnvironmentVariable("PATTERNS_LONG") == "1" ? 100_000 : 20_000;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    [Guarantee("LlmCost", 7)]
    [Guarantee("LlmCost", 12)]
    public async Task The_sum_over_customers_is_the_invoice()
    {
        await using var host = await LedgerHost.NewAsync(database.ConnectionString);
        var first = await host.DayAsync(1, 1);
        var month = Month.Of(first);
        var play = new MonthPlay(new Random(Seed), first, month, Calls);
        await InBatchesAsync(play.Booked, host);
        await InBatchesAsync(play.Late, host);

        var open = await host.Ledger.ReconcileAsync(play.Statement, Ct);
        open.Agrees.Should().BeTrue("seed {0}: {1} are booked of {2}", Seed, open.Booked, open.Invoiced);
        open.Lines.Should().OnlyContain(static line => line.Agrees || line.EstimatedShare > 0 || line.MissingCalls > 0 || line.Model == "web search tool calls", "all that differs is explained");

        await host.Ledger.CloseAsync(month, Ct);
        await InBatchesAsync(play.AfterClose, host);
        (await host.CostAsync(month)).Should().Be(open.Booked);
        var allocation = await host.Ledger.AllocateResidualAsync(play.Statement.Id, Ct);

        var margins = await host.MarginsAsync(month);
        margins.Aggregate(PicoUsd.Zero, static (sum, margin) => sum + margin.Cost).Should().Be(allocation.Invoiced, "seed {0}", Seed);
        margins.Sum(static margin => margin.Cost.ToUsd()).Should().Be(decimal.Round(play.InvoiceUsd, 2, MidpointRounding.AwayFromZero), "seed {0}", Seed);
        (await host.BreaksAsync()).Should().BeEmpty("seed {0}", Seed);
        (await host.ScalarAsync<long>("SELECT count(*) FROM {schema}.llm_cost_calls")).Should().Be(play.Attempts, string.Create(CultureInfo.InvariantCulture, $"seed {Seed}: each attempt is one row"));
    }

    private static async Task InBatchesAsync(List<LlmCall> calls, LedgerHost host)
    {
        foreach (var some in calls.Chunk(2_000))
            await host.BookAsync(some);
    }
}
