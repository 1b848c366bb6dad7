using System.Data;
using Npgsql;
using Patterns.Postgres;

namespace Kernel.Tests.Postgres;

public sealed class TransactionTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>, IAsyncLifetime
{
    private readonly Application _application = new(database.ConnectionString, o => o.Schema = "transactions");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private IPostgres Postgres => _application.Postgres;

    public async ValueTask InitializeAsync()
    {
        await _application.Schema.ApplyAsync(Ct);
        await _application.ExecuteAsync("SELECT pg_advisory_lock(7); CREATE TABLE IF NOT EXISTS accounts (id uuid PRIMARY KEY, balance int NOT NULL DEFAULT 0); SELECT pg_advisory_unlock(7)");
    }

    public ValueTask DisposeAsync() => _application.DisposeAsync();

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
        await using var application = new Application(database.ConnectionString, o => (o.Schema, o.RetryBudget) = ("transactions", TimeSpan.Zero));
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
        await using var connection = await database.DataSource.OpenConnectionAsync(Ct);
        await using var count = StatementCount.Of(database.DataSource);
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

    [Fact]
    [Guarantee("Postgres", 5)]
    public async Task Joined_work_shares_the_fate_of_the_callers_transaction()
    {
        Guid[] ids = [Guid.CreateVersion7(), Guid.CreateVersion7()];
        foreach (var (id, commit) in ids.Zip([true, false]))
        {
            await using var connection = await database.DataSource.OpenConnectionAsync(Ct);
            await using var transaction = await connection.BeginTransactionAsync(Ct);
            await Postgres.JoinAsync(transaction, async (t, ct) => { t.Should().BeSameAs(transaction); await InsertAsync(t, id, ct); return true; }, Ct);
            await (commit ? transaction.CommitAsync(Ct) : transaction.RollbackAsync(Ct));
        }

        (await BalanceAsync(ids[0])).Should().Be(0);
        (await BalanceAsync(ids[1])).Should().BeNull();
    }

    [Fact]
    public async Task Joined_work_without_a_transaction_gets_its_own()
    {
        var id = Guid.CreateVersion7();

        await Postgres.JoinAsync(null, async (transaction, ct) => { await InsertAsync(transaction, id, ct); return true; }, Ct);

        (await BalanceAsync(id)).Should().Be(0);
    }

    [Fact]
    public async Task Joined_work_is_not_repeated()
    {
        await using var connection = await database.DataSource.OpenConnectionAsync(Ct);
        await using var transaction = await connection.BeginTransactionAsync(Ct);
        var runs = 0;

        var join = async () => await Postgres.JoinAsync(transaction, async (t, ct) => { runs++; await SerializationFailureAsync(t, ct); return true; }, Ct);

        await join.Should().ThrowAsync<PostgresException>();
        runs.Should().Be(1);
    }

    [Fact]
    public async Task A_finished_transaction_is_refused()
    {
        await using var connection = await database.DataSource.OpenConnectionAsync(Ct);
        await using var transaction = await connection.BeginTransactionAsync(Ct);
        await transaction.CommitAsync(Ct);
        var join = async () => await Postgres.JoinAsync(transaction, (_, _) => ValueTask.FromResult(1), Ct);

        await join.Should().ThrowAsync<ArgumentException>().WithMessage("*finished*");
        await transaction.DisposeAsync();
        await join.Should().ThrowAsync<ArgumentException>().WithMessage("*finished*");
    }

    [Fact]
    public async Task A_transaction_of_another_database_is_refused()
    {
        await using var other = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(database.ConnectionString) { Database = "postgres" });
        await using var connection = await other.OpenConnectionAsync(Ct);
        await using var transaction = await connection.BeginTransactionAsync(Ct);

        var join = async () => await Postgres.JoinAsync(transaction, (_, _) => ValueTask.FromResult(1), Ct);

        await join.Should().ThrowAsync<ArgumentException>().WithMessage("*on database 'postgres'*");
    }

    private static async ValueTask InsertAsync(NpgsqlTransaction transaction, Guid id, CancellationToken ct) =>
        await ScalarAsync<int?>(transaction, "INSERT INTO accounts (id) VALUES ($1)", id, ct);

    private static async ValueTask SerializationFailureAsync(NpgsqlTransaction transaction, CancellationToken ct) =>
        await ScalarAsync<int?>(transaction, "DO $$ BEGIN RAISE EXCEPTION 'lost' USING ERRCODE = '40001'; END $$", null, ct);

    private static async ValueTask<T> ScalarAsync<T>(NpgsqlTransaction transaction, string sql, Guid? id, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(sql, transaction.Connection, transaction);
        if (id is { } value)
            command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = value });
        return (T)(await command.ExecuteScalarAsync(ct))!;
    }

    private async Task<int?> BalanceAsync(Guid id)
    {
        await using var command = database.DataSource.CreateCommand("SELECT balance FROM accounts WHERE id = $1");
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = id });
        return (int?)await command.ExecuteScalarAsync(Ct);
    }
}
