using Patterns.LlmCost;

namespace Ai.Tests.LlmCost;

/// <summary>What an invoice says beyond what is booked, spread over the tenants.</summary>
public sealed class AllocationTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 9_999)]
    [InlineData(7, 5)]
    [InlineData(100, 123_456)]
    [InlineData(1_000, 9_876)]
    [InlineData(10_000, 5_432_109)]
    [Guarantee("LlmCost", 12)]
    public async Task After_the_allocation_the_tenants_sum_to_the_invoice_exactly(int tenants, int cents)
    {
        var invoice = cents / 100m;
        await using var host = await LedgerHost.NewAsync(database.ConnectionString);
        var at = await host.DayAsync(1);
        var random = new Random(tenants);
        await host.BookAsync([.. Enumerable.Range(0, tenants).Select(i => LedgerHost.Call($"t{i}", at, random.Next(1, 9_999_999)))]);
        var before = await host.MarginsAsync(Month.Of(at));
        await host.Ledger.ReconcileAsync(Statement(at, invoice), Ct);

        var allocation = await host.Ledger.AllocateResidualAsync("in_1", Ct);

        var margins = await host.MarginsAsync(Month.Of(at));
        margins.Sum(static margin => margin.Cost.ToUsd()).Should().Be(invoice);
        margins.Should().OnlyContain(static margin => margin.Cost.Value % 10_000_000_000 == 0, "each has whole cents");
        var booked = before.Sum(static margin => margin.Cost.ToUsd());
        allocation.Should().Be(new ResidualAllocation("in_1", PicoUsd.FromUsd(invoice), PicoUsd.FromUsd(booked), tenants));
        var was = before.ToDictionary(static margin => margin.TenantId, static margin => margin.Cost.ToUsd(), StringComparer.Ordinal);
        margins.Should().OnlyContain(margin => Math.Abs(margin.Cost.ToUsd() - (was[margin.TenantId] * invoice / booked)) < 0.01m, "none is further than a cent from its part");

        await host.Ledger.AllocateResidualAsync("in_1", Ct);
        (await host.MarginsAsync(Month.Of(at))).Should().Equal(margins, "doing it again changes nothing");
        (await host.BreaksAsync()).Should().BeEmpty();
    }

    [Fact]
    [Guarantee("LlmCost", 12)]
    public async Task What_was_booked_since_is_spread_by_the_next_allocation()
    {
        await using var host = await LedgerHost.NewAsync(database.ConnectionString);
        var at = await host.DayAsync(1);
        await host.BookAsync(LedgerHost.Call("acme", at));
        await host.Ledger.ReconcileAsync(Statement(at, 3), Ct);
        await host.Ledger.AllocateResidualAsync("in_1", Ct);
        await host.BookAsync(LedgerHost.Call("other", at, 2_000_000));

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => host.Ledger.AllocateResidualAsync("in_1", Ct)));

        (await host.MarginsAsync(Month.Of(at))).Select(static margin => (margin.TenantId, margin.Cost.ToUsd())).Should().Equal(("other", 2m), ("acme", 1m));
    }

    [Fact]
    public async Task An_invoice_without_booked_calls_is_unattributed_and_a_credit_is_spread_like_a_charge()
    {
        await using var host = await LedgerHost.NewAsync(database.ConnectionString);
        var (nothing, credit) = (await host.DayAsync(2), await host.DayAsync(1));
        await host.BookAsync(LedgerHost.Call("acme", credit), LedgerHost.Call("other", credit, 3_000_000));
        await host.Ledger.ReconcileAsync(Statement(nothing, 5.01m), Ct);
        await host.Ledger.ReconcileAsync(Statement(credit, -1) with { Id = "cn_1" }, Ct);

        await host.Ledger.AllocateResidualAsync("in_1", Ct);
        await host.Ledger.AllocateResidualAsync("cn_1", Ct);

        (await host.MarginsAsync(Month.Of(nothing))).Should().ContainSingle().Which.Should().BeEquivalentTo(new { TenantId = "unattributed", Cost = PicoUsd.FromUsd(5.01m) });
        (await host.MarginsAsync(Month.Of(credit))).Select(static margin => (margin.TenantId, margin.Cost.ToUsd())).Should().Equal(("acme", -0.25m), ("other", -0.75m));
    }

    [Fact]
    public async Task Two_statements_of_one_month_are_not_both_spread()
    {
        await using var host = await LedgerHost.NewAsync(database.ConnectionString);
        var at = await host.DayAsync(1);
        await host.Ledger.ReconcileAsync(Statement(at, 1), Ct);
        await host.Ledger.ReconcileAsync(Statement(at, 1) with { Id = "in_2" }, Ct);
        await host.Ledger.AllocateResidualAsync("in_1", Ct);

        (await host.Invoking(h => h.Ledger.AllocateResidualAsync("in_2", Ct)).Should().ThrowAsync<InvalidOperationException>()).WithMessage("*'in_2'*one statement*");
        (await host.Invoking(h => h.Ledger.AllocateResidualAsync("in_3", Ct)).Should().ThrowAsync<ArgumentException>()).WithMessage("*'in_3'*ReconcileAsync*");
        (await host.MarginsAsync(Month.Of(at))).Sum(static margin => margin.Cost.ToUsd()).Should().Be(1);
    }

    private static ProviderStatement Statement(DateTimeOffset at, decimal invoice) => new("in_1", "openai", Month.Of(at), [new(Month.Of(at).FirstDay, "small", PicoUsd.FromUsd(invoice))]);
}
