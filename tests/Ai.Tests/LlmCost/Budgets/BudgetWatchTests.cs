using System.Collections.Concurrent;
using Npgsql;
using Patterns.LlmCost;

namespace Ai.Tests.LlmCost;

/// <summary>Answers from memory, and the steps of budgets.</summary>
public sealed class BudgetWatchTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private static readonly LlmEstimate Dime = new("openai", "small", new LlmUsage { Input = 100_000 });

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    [Guarantee("LlmCost", 11)]
    public async Task What_may_be_spent_is_answered_from_memory_that_is_at_most_five_seconds_old()
    {
        var time = new FakeTime(TimeProvider.System.GetUtcNow());
        await using var host = await LedgerHost.NewAsync(database.ConnectionString, time);
        await using var elsewhere = host.Other();
        await host.Ledger.SetBudgetAsync("acme", PicoUsd.FromUsd(1), cancellationToken: Ct);
        (await host.Costs.CanSpendAsync("acme", Dime, Ct)).Should().Be(new SpendAnswer(true, PicoUsd.FromUsd(1)));
        await elsewhere.Ledger.SetBudgetAsync("acme", PicoUsd.FromUsd(0.05m), cancellationToken: Ct);

        time.Advance(TimeSpan.FromSeconds(5));
        var known = host.Costs.CanSpendAsync("acme", Dime, Ct);
        known.IsCompletedSuccessfully.Should().BeTrue("it takes no round trip");
        (await known).Allowed.Should().BeTrue();

        time.Advance(TimeSpan.FromMilliseconds(1));
        (await host.Costs.CanSpendAsync("acme", Dime, Ct)).Should().Be(new SpendAnswer(false, PicoUsd.FromUsd(0.05m)));
    }

    [Fact]
    public async Task In_the_background_memory_is_kept_fresh()
    {
        var time = new FakeTime(TimeProvider.System.GetUtcNow());
        await using var host = await LedgerHost.NewAsync(database.ConnectionString, time);
        await using var elsewhere = host.Other();
        await host.Ledger.SetBudgetAsync("acme", PicoUsd.FromUsd(1), cancellationToken: Ct);
        await host.Costs.CanSpendAsync("acme", Dime, Ct);
        await host.StartAsync();
        await elsewhere.Ledger.SetBudgetAsync("acme", limit: null, cancellationToken: Ct);

        await Eventually.HoldsAsync("the new limit is known", async () =>
        {
            time.Advance(TimeSpan.FromSeconds(1));
            var answer = host.Costs.CanSpendAsync("acme", Dime, Ct);
            return answer.IsCompletedSuccessfully && (await answer).Remaining is null;
        });
    }

    [Fact]
    public async Task Without_the_database_the_last_known_standing_answers()
    {
        var time = new FakeTime(TimeProvider.System.GetUtcNow());
        await using var host = await LedgerHost.NewAsync(database.ConnectionString, time);
        await host.Ledger.SetBudgetAsync("acme", PicoUsd.FromUsd(1), cancellationToken: Ct);
        await host.Costs.CanSpendAsync("acme", Dime, Ct);
        await host.ExecuteAsync("ALTER TABLE {schema}.llm_cost_budgets RENAME TO away");
        time.Advance(TimeSpan.FromMinutes(1));

        (await host.Costs.CanSpendAsync("acme", Dime, Ct)).Remaining.Should().Be(PicoUsd.FromUsd(1));
        var again = host.Costs.CanSpendAsync("acme", Dime, Ct);
        again.IsCompletedSuccessfully.Should().BeTrue("a database that is away is not asked by every call");
        (await again).Allowed.Should().BeTrue();
        await host.Invoking(h => h.Costs.CanSpendAsync("unknown", Dime, Ct).AsTask()).Should().ThrowAsync<PostgresException>();
    }

    [Fact]
    [Guarantee("LlmCost", 11)]
    public async Task Each_step_is_raised_once_a_month_whatever_number_of_processes_watch()
    {
        var raised = new ConcurrentQueue<BudgetStep>();
        await using var host = await LedgerHost.NewAsync(database.ConnectionString);
        var now = await host.NowAsync();
        await host.Ledger.SetBudgetAsync("acme", PicoUsd.FromUsd(10), cancellationToken: Ct);
        await host.Ledger.SetBudgetAsync("quiet", PicoUsd.FromUsd(10), cancellationToken: Ct);
        await host.BookAsync(LedgerHost.Call("acme", now, 8_500_000), LedgerHost.Call("quiet", now, 4_900_000));
        var time = new FakeTime(TimeProvider.System.GetUtcNow());
        var processes = Enumerable.Range(0, 3).Select(_ => host.Other(time, o => o.OnBudgetStep = (step, _, _) =>
        {
            raised.Enqueue(step);
            return ValueTask.CompletedTask;
        })).ToList();
        await Task.WhenAll(processes.Select(static process => process.StartAsync()));
        await Eventually.HoldsAsync("both steps are stored", async () => await host.ScalarAsync<long>("SELECT count(*) FROM {schema}.llm_cost_budget_steps") == 2);

        await host.BookAsync(LedgerHost.Call("acme", now, 1_500_000));
        await Eventually.HoldsAsync("the last step is stored", async () =>
        {
            time.Advance(TimeSpan.FromSeconds(5));
            return await host.ScalarAsync<long>("SELECT count(*) FROM {schema}.llm_cost_budget_steps") == 3;
        });
        foreach (var process in processes)
            await process.DisposeAsync();

        raised.Select(static step => (step.TenantId, step.Percent)).Should().BeEquivalentTo([("acme", 50), ("acme", 80), ("acme", 100)]);
        raised.Should().OnlyContain(step => step.Limit == PicoUsd.FromUsd(10) && step.Month == Month.Of(now));
    }

    [Fact]
    public async Task A_step_whose_handler_fails_is_raised_again_and_keeps_what_the_handler_wrote_at_last_only()
    {
        var time = new FakeTime(TimeProvider.System.GetUtcNow());
        var calls = 0;
        await using var host = await LedgerHost.NewAsync(database.ConnectionString, time, o => o.OnBudgetStep = async (step, transaction, ct) =>
        {
            await using var note = new NpgsqlCommand("INSERT INTO notes VALUES ($1)", transaction.Connection, transaction) { Parameters = { new() { Value = step.Percent } } };
            await note.ExecuteNonQueryAsync(ct);
            if (Interlocked.Increment(ref calls) == 1)
                throw new InvalidOperationException("the mail server is away");
        });
        await host.ExecuteAsync("CREATE TABLE notes (percent int NOT NULL)");
        await host.Ledger.SetBudgetAsync("acme", PicoUsd.FromUsd(10), cancellationToken: Ct);
        await host.BookAsync(LedgerHost.Call("acme", await host.NowAsync(), 6_000_000));

        await host.StartAsync();
        await Eventually.HoldsAsync("the step is stored", async () =>
        {
            time.Advance(TimeSpan.FromSeconds(5));
            return await host.ScalarAsync<long>("SELECT count(*) FROM {schema}.llm_cost_budget_steps") == 1;
        });

        calls.Should().Be(2);
        (await host.ScalarAsync<long>("SELECT count(*) FROM notes")).Should().Be(1);
    }

    [Fact]
    public async Task Expired_reservations_are_removed()
    {
        var time = new FakeTime(TimeProvider.System.GetUtcNow());
        await using var host = await LedgerHost.NewAsync(database.ConnectionString, time);
        await host.Ledger.SetBudgetAsync("acme", PicoUsd.FromUsd(1), cancellationToken: Ct);
        await host.Costs.ReserveAsync("acme", Guid.CreateVersion7(), Dime, Ct);
        await host.AdvanceAsync(TimeSpan.FromMinutes(16));

        await host.StartAsync();

        await Eventually.HoldsAsync("the reservation is gone", async () => await host.ScalarAsync<long>("SELECT count(*) FROM {schema}.llm_cost_reservations") == 0);
    }
}
