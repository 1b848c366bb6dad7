using Patterns.LlmCost;

namespace Ai.Tests.LlmCost;

/// <summary>What tenants brought and cost, and where cost goes.</summary>
public sealed class MarginTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    [Guarantee("LlmCost", 17)]
    public async Task Margins_name_revenue_cost_and_rank_of_every_tenant_and_mark_the_thin_ones()
    {
        await using var host = await LedgerHost.NewAsync(database.ConnectionString);
        var at = await host.DayAsync(1);
        var month = Month.Of(at);
        await host.BookAsync(LedgerHost.Call("heavy", at, 60_000_000), LedgerHost.Call("light", at, 10_000_000), LedgerHost.Call("free", at, 1_000_000), LedgerHost.Call("light", at.AddMonths(1).AddDays(-5), 5_000_000));
        await host.Ledger.SetRevenueAsync(new("heavy", month, 10_000, "usd", 0.01m), Ct);
        await host.Ledger.SetRevenueAsync(new("light", month, 9_000, "eur", 0.0108m, "in_1"), Ct);
        await host.Ledger.SetRevenueAsync(new("light", month, 800, "eur", 0.01m, "in_2"), Ct);
        await host.Ledger.SetRevenueAsync(new("light", month, 5_000, "eur", 0.0108m, "in_1"), Ct);
        await host.Ledger.SetRevenueAsync(new("idle", month, 3_000, "jpy", 0.0067m), Ct);

        (await host.MarginsAsync(month)).Should().Equal(
            new TenantMargin("heavy", 100m, PicoUsd.FromUsd(60), 0.4m, 1, BelowThreshold: true),
            new TenantMargin("light", 62m, PicoUsd.FromUsd(10), 52m / 62m, 2, BelowThreshold: false),
            new TenantMargin("free", 0m, PicoUsd.FromUsd(1), null, 3, BelowThreshold: true),
            new TenantMargin("idle", 20.1m, PicoUsd.Zero, 1m, 4, BelowThreshold: false));
    }

    [Fact]
    public async Task Cost_is_told_by_feature_by_run_and_by_its_heavy_tail()
    {
        await using var host = await LedgerHost.NewAsync(database.ConnectionString);
        var at = await host.DayAsync(1);
        var month = Month.Of(at);
        var (agent, job) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        await host.BookAsync([.. Enumerable.Range(1, 20).Select(i => LedgerHost.Call($"t{i:00}", at, i * 1_000_000) with { Feature = i % 2 == 0 ? "chat" : "" })]);
        await host.BookAsync(
            LedgerHost.Call("unattributed", at, 900_000_000) with { Feature = "search" },
            LedgerHost.Call("t01", at, 3_000_000) with { Feature = "agent", RunId = agent },
            LedgerHost.Call("t01", at.AddHours(1), 4_000_000) with { Feature = "agent", RunId = agent },
            LedgerHost.Call("t02", at, 5_000_000) with { Feature = "agent", RunId = job },
            LedgerHost.Call("t02", at.AddMonths(-1), 5_000_000) with { Feature = "agent", RunId = job });

        (await host.Ledger.FeatureCostsAsync(month, Ct).ToListAsync(Ct)).Should().Equal(
            new FeatureCost("search", 1, PicoUsd.FromUsd(900), 1),
            new FeatureCost("chat", 10, PicoUsd.FromUsd(110), 10),
            new FeatureCost("", 10, PicoUsd.FromUsd(100), 10),
            new FeatureCost("agent", 3, PicoUsd.FromUsd(12), 2));
        (await host.Ledger.RunCostsAsync(month, cancellationToken: Ct).ToListAsync(Ct)).Should().Equal(new RunCost("t01", agent, 2, PicoUsd.FromUsd(7), at), new RunCost("t02", job, 1, PicoUsd.FromUsd(5), at));
        (await host.Ledger.RunCostsAsync(month, "t02", 1, Ct).ToListAsync(Ct)).Should().ContainSingle().Which.RunId.Should().Be(job);
        (await host.Ledger.SpreadAsync(month, Ct)).Should().Be(new CostSpread(20, PicoUsd.FromUsd(10), PicoUsd.FromUsd(19), PicoUsd.FromUsd(20), "t20"));
        (await host.Ledger.SpreadAsync(Month.Of(at.AddYears(-1)), Ct)).Should().Be(new CostSpread(0, PicoUsd.Zero, PicoUsd.Zero, PicoUsd.Zero, null));
    }

    [Fact]
    public async Task The_roll_up_is_read_by_day_and_its_estimated_share_by_tenant()
    {
        await using var host = await LedgerHost.NewAsync(database.ConnectionString);
        var at = await host.DayAsync(1);
        var day = DateOnly.FromDateTime(at.UtcDateTime);
        await host.BookAsync(
            LedgerHost.Call("acme", at, 3_000_000) with { Feature = "chat" },
            LedgerHost.Call("acme", at.AddHours(2)) with { Feature = "chat", State = LlmCallState.Estimated },
            LedgerHost.Call("acme", at, 7, "unknown"),
            LedgerHost.Call("other", at));

        (await host.Ledger.DailyCostsAsync(day, day, "acme", Ct).ToListAsync(Ct)).Should().Equal(
            new DailyCost("acme", day, "openai", "small", "chat", "standard", 2, new LlmUsage { Input = 4_000_000 }, PicoUsd.FromUsd(4), PicoUsd.FromUsd(1), 0),
            new DailyCost("acme", day, "openai", "unknown", "", "standard", 1, new LlmUsage { Input = 7 }, PicoUsd.Zero, PicoUsd.Zero, 1));
        (await host.Ledger.DailyCostsAsync(day.AddDays(1), day.AddDays(9), cancellationToken: Ct).ToListAsync(Ct)).Should().BeEmpty();
        (await host.Ledger.EstimatedSharesAsync(day, day, Ct).ToListAsync(Ct)).Select(static share => (share.TenantId, share.Share)).Should().Equal(("acme", 0.25m), ("other", 0m));
    }

    [Fact]
    public async Task Bad_input_is_refused_by_name()
    {
        await using var host = await LedgerHost.NewAsync(database.ConnectionString);
        var revenue = new TenantRevenue("acme", new Month(2026, 1), 1, "usd", 0.01m);

        (await host.Invoking(h => h.Ledger.SetRevenueAsync(revenue with { TenantId = "a\n" }, Ct)).Should().ThrowAsync<ArgumentException>()).WithParameterName("TenantId");
        (await host.Invoking(h => h.Ledger.SetRevenueAsync(revenue with { Currency = "$" }, Ct)).Should().ThrowAsync<ArgumentException>()).WithMessage("*ISO 4217*");
        (await host.Invoking(h => h.Ledger.SetRevenueAsync(revenue with { UsdPerMinor = 0 }, Ct)).Should().ThrowAsync<ArgumentException>()).WithMessage("*UsdPerMinor*");
        host.Invoking(h => h.Ledger.RunCostsAsync(new Month(2026, 1), limit: 0, cancellationToken: Ct)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("limit");
    }
}
