using System.Data;
using Npgsql;
using Patterns.Postgres;

namespace Kernel.Tests.Postgres;

public abstract class RunTests(Func<string> connectionString) : AccountTests(connectionString)
{
    [Fact]
    public async Task Work_commits_and_its_result_comes_back()
    {
        var id = Guid.CreateVersion7();

        var result = await Postgres.RunAsync(async (transaction, ct) => { await InsertAsync(transaction, id, ct); return 42; }, ct: Ct);

        result.Should().Be(42);
        (await BalanceAsync(id)).Should().Be(0);
    }

    [Fact]
    public async Task Work_that_throws_leaves_nothing_and_is_not_repeated()
    {
        var id = Guid.CreateVersion7();
        var runs = 0;

        var run = async () => await Postgres.RunAsync(async (transaction, ct) =>
        {
            runs++;
            await InsertAsync(transaction, id, ct);
            throw new FormatException("mine");
        }, ct: Ct);

        await run.Should().ThrowAsync<FormatException>().WithMessage("mine");
        runs.Should().Be(1);
        (await BalanceAsync(id)).Should().BeNull();
    }

    [Fact]
    [Guarantee("Postgres", 3)]
    public async Task Transactions_that_collide_run_again_from_their_start()
    {
        var id = Guid.CreateVersion7();
        await Postgres.RunAsync((transaction, ct) => InsertAsync(transaction, id, ct), ct: Ct);

        // Each reads and writes the balance at REPEATABLE READ; whoever writes second meets 40001. One collision per pair is certain: both read first.
        var bothHaveRead = new Rendezvous(2);
        var attempts = 0;
        async Task<int> AddOneAsync()
        {
            var first = true;
            return await Postgres.RunAsync(async (transaction, ct) =>
            {
                Interlocked.Increment(ref attempts);
                var balance = await ScalarAsync<int>(transaction, "SELECT balance FROM accounts WHERE id = $1", id, ct);
                if (first)
                {
                    first = false;
                    await bothHaveRead.ArriveAsync();
                }

                await ScalarAsync<int?>(transaction, $"UPDATE accounts SET balance = {balance + 1} WHERE id = $1", id, ct);
                return balance + 1;
            }, new() { IsolationLevel = IsolationLevel.RepeatableRead }, Ct);
        }

        var results = await Task.WhenAll(AddOneAsync(), AddOneAsync());

        results.Should().BeEquivalentTo([1, 2]);
        attempts.Should().Be(3);
        (await BalanceAsync(id)).Should().Be(2);
    }

    [Fact]
    [Guarantee("Postgres", 3)]
    public async Task A_deadlock_is_resolved_by_running_one_side_again()
    {
        Guid[] ids = [Guid.CreateVersion7(), Guid.CreateVersion7()];
        foreach (var id in ids)
            await Postgres.RunAsync((transaction, ct) => InsertAsync(transaction, id, ct), ct: Ct);

        var bothHoldOne = new Rendezvous(2);
        async Task MoveAsync(Guid from, Guid to)
        {
            var first = true;
            await Postgres.RunAsync(async (transaction, ct) =>
            {
                await ScalarAsync<int?>(transaction, "UPDATE accounts SET balance = balance + 1 WHERE id = $1", from, ct);
                if (first)
                {
                    first = false;
                    await bothHoldOne.ArriveAsync();
                }

                await ScalarAsync<int?>(transaction, "UPDATE accounts SET balance = balance + 1 WHERE id = $1", to, ct);
            }, ct: Ct);
        }

        await Task.WhenAll(MoveAsync(ids[0], ids[1]), MoveAsync(ids[1], ids[0]));

        (await BalanceAsync(ids[0])).Should().Be(2);
        (await BalanceAsync(ids[1])).Should().Be(2);
    }

    [Fact]
    public async Task A_unique_violation_is_an_answer_and_not_repeated()
    {
        var id = Guid.CreateVersion7();
        await Postgres.RunAsync((transaction, ct) => InsertAsync(transaction, id, ct), ct: Ct);
        var runs = 0;

        var run = async () => await Postgres.RunAsync((transaction, ct) => { runs++; return InsertAsync(transaction, id, ct); }, ct: Ct);

        (await run.Should().ThrowAsync<PostgresException>()).Which.ConstraintName.Should().Be("accounts_pkey");
        runs.Should().Be(1);
    }

    [Fact]
    public async Task After_five_attempts_the_drivers_own_exception_comes_through()
    {
        var runs = 0;

        var run = async () => await Postgres.RunAsync((transaction, ct) => { runs++; return SerializationFailureAsync(transaction, ct); }, ct: Ct);

        (await run.Should().ThrowAsync<PostgresException>()).Which.SqlState.Should().Be("40001");
        runs.Should().Be(5);
    }

    [Fact]
    public async Task A_budget_of_zero_turns_retries_off()
    {
        await using var application = new Application(ConnectionString, o => o.RetryBudget = TimeSpan.Zero);
        var runs = 0;

        var run = async () => await application.Postgres.RunAsync((transaction, ct) => { runs++; return SerializationFailureAsync(transaction, ct); }, ct: Ct);

        await run.Should().ThrowAsync<PostgresException>();
        runs.Should().Be(1);
    }

    [Fact]
    public async Task A_cancelled_call_is_not_repeated_and_has_changed_nothing()
    {
        var id = Guid.CreateVersion7();
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        var runs = 0;

        var run = async () => await Postgres.RunAsync(async (transaction, ct) =>
        {
            runs++;
            await InsertAsync(transaction, id, ct);
            await cancel.CancelAsync();
        }, ct: cancel.Token);

        await run.Should().ThrowAsync<OperationCanceledException>();
        runs.Should().Be(1);
        (await BalanceAsync(id)).Should().BeNull();
    }

    [Fact]
    public async Task Isolation_level_and_time_limits_hold_for_the_transaction_and_travel_with_begin()
    {
        await using var connection = await OpenAsync();
        await using var count = StatementCount.Start();
        var options = new RunOptions { IsolationLevel = IsolationLevel.Serializable, LockTimeout = TimeSpan.FromSeconds(3), StatementTimeout = TimeSpan.FromMilliseconds(4500) };

        var seen = await Postgres.RunAsync(
            (transaction, ct) => ScalarAsync<string>(transaction, "SELECT concat_ws(' ', current_setting('transaction_isolation'), current_setting('lock_timeout'), current_setting('statement_timeout'))", null, ct), options, Ct);

        seen.Should().Be("serializable 3s 4500ms");
        // BEGIN and both limits are one round trip, the work another, COMMIT the third.
        count.Statements.Should().HaveCount(3);
        (await Postgres.RunAsync((transaction, ct) => ScalarAsync<string>(transaction, "SELECT concat_ws(' ', current_setting('transaction_isolation'), current_setting('lock_timeout'))", null, ct), ct: Ct)).Should().Be("read committed 0");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-5)]
    public async Task A_time_limit_of_nothing_is_refused(int milliseconds)
    {
        var run = async () => await Postgres.RunAsync((_, _) => ValueTask.FromResult(1), new() { LockTimeout = TimeSpan.FromMilliseconds(milliseconds) }, Ct);

        await run.Should().ThrowAsync<ArgumentException>().WithMessage("*RunOptions.LockTimeout*1 ms*");
    }

    [Fact]
    [Guarantee("Postgres", 4)]
    public async Task An_error_that_the_work_swallows_is_not_taken_for_success()
    {
        var id = Guid.CreateVersion7();

        var run = async () => await Postgres.RunAsync(async (transaction, ct) =>
        {
            await InsertAsync(transaction, id, ct);
            try
            {
                await ScalarAsync<int>(transaction, "SELECT 1/0", null, ct);
            }
            catch (PostgresException)
            {
                // This is the mistake: PostgreSQL has given the transaction up.
            }
        }, ct: Ct);

        await run.Should().ThrowAsync<InvalidOperationException>().WithMessage("*swallowed*nothing was applied*");
        (await BalanceAsync(id)).Should().BeNull();
    }

    [Fact]
    public async Task Work_that_ends_the_transaction_itself_is_refused()
    {
        var run = async () => await Postgres.RunAsync(async (transaction, ct) => await transaction.CommitAsync(ct), ct: Ct);

        await run.Should().ThrowAsync<InvalidOperationException>();
    }
}
