using Patterns.LlmCost;

namespace Ai.Tests.LlmCost;

/// <summary>Money that is set aside for calls to come.</summary>
public abstract class ReservationTests(Func<string> connectionString)
{
    // 0.10 USD.
    private static readonly LlmEstimate Dime = new("openai", "small", new LlmUsage { Input = 100_000 });

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    [Guarantee("LlmCost", 11)]
    public async Task Sixty_four_callers_never_set_aside_more_than_the_budget_together()
    {
        await using var host = await LedgerHost.NewAsync(connectionString());
        await host.Ledger.SetBudgetAsync("acme", PicoUsd.FromUsd(2.05m), cancellationToken: Ct);

        var answers = await Task.WhenAll(Enumerable.Range(0, 64).Select(_ => host.Costs.ReserveAsync("acme", Guid.CreateVersion7(), Dime, Ct)));

        answers.Count(static answer => answer.Allowed).Should().Be(20);
        answers.Where(static answer => !answer.Allowed).Should().OnlyContain(static answer => answer.ReservationId == null && answer.Remaining == PicoUsd.FromUsd(0.05m));
    }

    [Fact]
    [Guarantee("LlmCost", 11)]
    public async Task Callers_who_reserve_while_others_book_never_exceed_the_budget()
    {
        await using var host = await LedgerHost.NewAsync(connectionString());
        var now = await host.NowAsync();
        await host.Ledger.SetBudgetAsync("acme", PicoUsd.FromUsd(2), cancellationToken: Ct);

        var booked = await Task.WhenAll(Enumerable.Range(0, 64).Select(async _ =>
        {
            var call = LedgerHost.Call("acme", now, 100_000);
            if (!(await host.Costs.ReserveAsync("acme", call.CallId, Dime, Ct)).Allowed)
                return false;
            await host.Costs.RecordAsync(call, Ct);
            return true;
        }));

        booked.Count(static done => done).Should().Be(20);
        (await host.CostAsync(Month.Of(now))).Should().Be(PicoUsd.FromUsd(2));
    }

    [Fact]
    public async Task A_booked_call_takes_the_place_of_its_reservation()
    {
        await using var host = await LedgerHost.NewAsync(connectionString());
        await host.Ledger.SetBudgetAsync("acme", PicoUsd.FromUsd(1), cancellationToken: Ct);
        var call = LedgerHost.Call("acme", await host.NowAsync(), 30_000);

        (await host.Costs.ReserveAsync("acme", call.CallId, Dime, Ct)).Should().Be(new SpendAnswer(true, PicoUsd.FromUsd(1), call.CallId));
        (await RemainingAsync(host)).Should().Be(0.9m);
        await host.BookAsync(call);

        (await RemainingAsync(host)).Should().Be(0.97m);
    }

    [Fact]
    public async Task The_same_call_is_set_aside_for_once()
    {
        await using var host = await LedgerHost.NewAsync(connectionString());
        await host.Ledger.SetBudgetAsync("acme", PicoUsd.FromUsd(0.1m), cancellationToken: Ct);
        var call = Guid.CreateVersion7();

        var answers = new[] { await host.Costs.ReserveAsync("acme", call, Dime, Ct), await host.Costs.ReserveAsync("acme", call, Dime, Ct) };

        answers.Should().AllBeEquivalentTo(new SpendAnswer(true, PicoUsd.FromUsd(0.1m), call));
        (await RemainingAsync(host)).Should().Be(0);
    }

    [Fact]
    public async Task A_reservation_whose_call_never_came_ends_by_the_databases_clock()
    {
        await using var host = await LedgerHost.NewAsync(connectionString(), configure: static o => o.ReservationLife = TimeSpan.FromMinutes(15));
        await host.Ledger.SetBudgetAsync("acme", PicoUsd.FromUsd(0.1m), cancellationToken: Ct);
        await host.Costs.ReserveAsync("acme", Guid.CreateVersion7(), Dime, Ct);

        (await host.Costs.ReserveAsync("acme", Guid.CreateVersion7(), Dime, Ct)).Allowed.Should().BeFalse();
        await host.AdvanceAsync(TimeSpan.FromMinutes(15));

        (await host.Costs.ReserveAsync("acme", Guid.CreateVersion7(), Dime, Ct)).Allowed.Should().BeTrue();
    }

    [Fact]
    public async Task A_month_with_a_limit_of_its_own_goes_before_the_limit_of_every_month()
    {
        await using var host = await LedgerHost.NewAsync(connectionString());
        var month = Month.Of(await host.NowAsync());
        await host.Ledger.SetBudgetAsync("acme", PicoUsd.FromUsd(1), cancellationToken: Ct);
        await host.Ledger.SetBudgetAsync("acme", PicoUsd.FromUsd(5), month, Ct);
        (await RemainingAsync(host)).Should().Be(5);

        await host.Ledger.SetBudgetAsync("acme", limit: null, month, Ct);
        (await RemainingAsync(host)).Should().Be(1);
        await host.Ledger.SetBudgetAsync("acme", limit: null, cancellationToken: Ct);

        (await host.Costs.ReserveAsync("acme", Guid.CreateVersion7(), Dime, Ct)).Should().Be(new SpendAnswer(true, null));
    }

    [Fact]
    public async Task An_estimate_without_a_price_is_allowed_while_anything_is_left()
    {
        await using var host = await LedgerHost.NewAsync(connectionString());
        await host.Ledger.SetBudgetAsync("acme", PicoUsd.FromUsd(0.1m), cancellationToken: Ct);
        var unknown = Dime with { Model = "unknown" };

        (await host.Costs.ReserveAsync("acme", Guid.CreateVersion7(), unknown, Ct)).Allowed.Should().BeTrue();
        await host.Costs.ReserveAsync("acme", Guid.CreateVersion7(), Dime, Ct);

        (await host.Costs.ReserveAsync("acme", Guid.CreateVersion7(), unknown, Ct)).Allowed.Should().BeFalse();
    }

    [Fact]
    public async Task Bad_input_is_refused_by_name()
    {
        await using var host = await LedgerHost.NewAsync(connectionString());

        (await host.Invoking(h => h.Costs.ReserveAsync("", Guid.CreateVersion7(), Dime, Ct)).Should().ThrowAsync<ArgumentException>()).WithParameterName("tenantId");
        (await host.Invoking(h => h.Costs.ReserveAsync("acme", new Guid("3f2504e0-4f89-41d3-9a0c-0305e82c3301"), Dime, Ct)).Should().ThrowAsync<ArgumentException>()).WithParameterName("callId").WithMessage("*UUIDv7*");
        (await host.Invoking(h => h.Costs.CanSpendAsync(new string('x', 201), Dime, Ct).AsTask()).Should().ThrowAsync<ArgumentException>()).WithMessage("*200*");
        (await host.Invoking(h => h.Ledger.SetBudgetAsync("acme", PicoUsd.FromUsd(-1), cancellationToken: Ct)).Should().ThrowAsync<ArgumentOutOfRangeException>()).WithParameterName("limit");
    }

    // Through another call's eyes: a question for nothing tells what is left.
    private static async Task<decimal?> RemainingAsync(LedgerHost host) => (await host.Other().Costs.CanSpendAsync("acme", Dime, Ct)).Remaining?.ToUsd();
}
