using Npgsql;
using Patterns.CreditLedger;

namespace Billing.Tests.CreditLedger;

/// <summary>Operations in the caller's transaction, and what others meet meanwhile.</summary>
public abstract class TransactionTests(Func<string> connectionString)
{
    private static readonly AccountId Account = AuditedLedger.Account();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Guarantee("CreditLedger", 19)]
    public async Task Every_operation_commits_or_rolls_back_with_the_callers_transaction(bool commits)
    {
        await using var ledger = await AuditedLedger.NewAsync(connectionString());
        await using (var connection = await ledger.Postgres.DataSource.OpenConnectionAsync(Ct))
        await using (var transaction = await connection.BeginTransactionAsync(Ct))
        {
            var credits = ledger.Ledger;
            (await credits.GrantAsync(transaction, new(Account, "g", "paid", 100), Ct)).Outcome.Should().Be(GrantOutcome.Granted);
            (await credits.SpendAsync(transaction, new(Account, "s", 10), Ct)).Outcome.Should().Be(SpendOutcome.Spent);
            (await credits.SpendUpToAsync(transaction, new(Account, "u", 1), Ct)).Amount.Should().Be(1);
            (await credits.HoldAsync(transaction, new(Account, "h", 20), Ct)).Outcome.Should().Be(HoldOutcome.Held);
            (await credits.ExtendAsync(transaction, Account, "h", TimeSpan.FromHours(1), Ct)).Outcome.Should().Be(HoldEnd.Done);
            (await credits.SettleAsync(transaction, new(Account, "h", 5), Ct)).Outcome.Should().Be(SettleOutcome.Settled);
            await credits.HoldAsync(transaction, new(Account, "i", 20), Ct);
            (await credits.ReleaseAsync(transaction, Account, "i", Ct)).Released.Should().Be(20);
            (await credits.RefundAsync(transaction, new(Account, "s", "r"), Ct)).Amount.Should().Be(10);
            (await credits.RevokeAsync(transaction, new(Account, "g", "v", 30), Ct)).Taken.Should().Be(30);
            if (commits)
                await transaction.CommitAsync(Ct);
            else
                await transaction.RollbackAsync(Ct);
        }

        (await ledger.Ledger.BalanceAsync(Account, Ct)).Available.Should().Be(commits ? 64 : 0);
        (await ledger.Ledger.SpendAsync(new(Account, "s", 10), Ct)).Outcome.Should().Be(commits ? SpendOutcome.Replayed : SpendOutcome.Insufficient);
        (await ledger.BreaksAsync()).Should().BeEmpty();
    }

    [Fact]
    [Guarantee("CreditLedger", 17)]
    public async Task An_account_in_an_open_transaction_delays_no_other_and_its_own_callers_are_served_when_it_ends()
    {
        await using var ledger = await AuditedLedger.NewAsync(connectionString());
        await ledger.Ledger.GrantAsync(new(Account, "g", "paid", 1_000), Ct);
        await using var connection = await ledger.Postgres.DataSource.OpenConnectionAsync(Ct);
        await using var transaction = await connection.BeginTransactionAsync(Ct);
        await ledger.Ledger.SpendAsync(transaction, new(Account, "first", 1), Ct);

        // Twice as many as the pool has connections: if each waited on one, nobody else would come through.
        var busy = new List<Task<SpendResult>>();
        for (var i = 0; i < 200; i++)
        {
            busy.Add(ledger.Ledger.SpendAsync(new(Account, $"s{i}", 1), Ct));
            var other = await ledger.Ledger.GrantAsync(new(AuditedLedger.Account($"t{i}"), "g", "free", 1), Ct);
            other.Outcome.Should().Be(GrantOutcome.Granted);
        }

        busy.Should().OnlyContain(call => !call.IsCompleted, "the transaction is open");
        await transaction.CommitAsync(Ct);
        var results = await Task.WhenAll(busy);

        results.Should().OnlyContain(r => r.Outcome == SpendOutcome.Spent);
        results.Select(r => r.EntryNumber).Should().OnlyHaveUniqueItems();
        (await ledger.BreaksAsync()).Should().BeEmpty();
    }

    [Fact]
    public async Task A_new_account_in_an_open_transaction_delays_no_other_either()
    {
        await using var ledger = await AuditedLedger.NewAsync(connectionString());
        await using var connection = await ledger.Postgres.DataSource.OpenConnectionAsync(Ct);
        await using var transaction = await connection.BeginTransactionAsync(Ct);
        await ledger.Ledger.GrantAsync(transaction, new(Account, "g", "paid", 10), Ct);

        var beside = ledger.Ledger.GrantAsync(new(Account, "g", "paid", 10), Ct);
        (await ledger.Ledger.SpendAsync(new(Account, "s", 1), Ct)).Outcome.Should().Be(SpendOutcome.Insufficient, "what is not committed does not count");
        (await ledger.Ledger.GrantAsync(new(AuditedLedger.Account("other"), "g", "free", 1), Ct)).Outcome.Should().Be(GrantOutcome.Granted);
        await transaction.CommitAsync(Ct);

        (await beside).Outcome.Should().Be(GrantOutcome.Replayed);
    }

    [Fact]
    public async Task Who_gives_up_waiting_for_a_busy_account_leaves_the_others_in_the_queue()
    {
        await using var ledger = await AuditedLedger.NewAsync(connectionString());
        await ledger.Ledger.GrantAsync(new(Account, "g", "paid", 10), Ct);
        await using var connection = await ledger.Postgres.DataSource.OpenConnectionAsync(Ct);
        await using var transaction = await connection.BeginTransactionAsync(Ct);
        await ledger.Ledger.SpendAsync(transaction, new(Account, "first", 1), Ct);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        var waiting = ledger.Ledger.SpendAsync(new(Account, "a", 1), Ct);
        await Eventually.HoldsAsync("the first waits in the database", async () =>
            await ledger.ScalarAsync<long>("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%credit_ledger_apply%' AND datname = current_database()") > 0);
        var givesUp = ledger.Ledger.SpendAsync(new(Account, "b", 1), patience.Token);
        var patient = ledger.Ledger.SpendAsync(new(Account, "c", 1), Ct);

        await patience.CancelAsync();

        await givesUp.Awaiting(call => call).Should().ThrowAsync<OperationCanceledException>();
        await transaction.CommitAsync(Ct);
        (await waiting).Outcome.Should().Be(SpendOutcome.Spent);
        (await patient).Outcome.Should().Be(SpendOutcome.Spent);
    }

    [Fact]
    [Guarantee("CreditLedger", 17)]
    public async Task Crowds_that_use_accounts_in_opposite_orders_do_not_deadlock()
    {
        await using var ledger = await AuditedLedger.NewAsync(connectionString());
        await using var other = ledger.Through(connectionString());
        var accounts = Enumerable.Range(0, 20).Select(i => AuditedLedger.Account($"t{i:00}")).ToList();
        foreach (var account in accounts)
            await ledger.Ledger.GrantAsync(new(account, "g", "paid", 1_000), Ct);

        var upwards = Enumerable.Range(0, 10).SelectMany(round => accounts.Select(account => ledger.Ledger.SpendAsync(new(account, $"up{round}", 1), Ct)));
        var downwards = Enumerable.Range(0, 10).SelectMany(round => Enumerable.Reverse(accounts).Select(account => other.Ledger.SpendAsync(new(account, $"down{round}", 1), Ct)));
        var results = await Task.WhenAll([.. upwards, .. downwards]);

        results.Should().OnlyContain(r => r.Outcome == SpendOutcome.Spent);
        (await ledger.BreaksAsync()).Should().BeEmpty();
    }
}

public sealed class DirectTransactionTests(PostgresDatabase database) : TransactionTests(() => database.ConnectionString), IClassFixture<PostgresDatabase>
{
    [Fact]
    public async Task In_a_snapshot_that_is_older_than_the_last_operation_the_server_refuses()
    {
        var (ct, account) = (TestContext.Current.CancellationToken, AuditedLedger.Account());
        await using var ledger = await AuditedLedger.NewAsync(database.ConnectionString);
        await ledger.Ledger.GrantAsync(new(account, "g", "paid", 10), ct);
        await using var connection = await ledger.Postgres.DataSource.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, ct);
        await using (var look = new NpgsqlCommand("SELECT 1", connection, transaction))
            await look.ExecuteScalarAsync(ct);
        await ledger.Ledger.SpendAsync(new(account, "s", 10), ct);

        var late = ledger.Ledger.SpendAsync(transaction, new(account, "t", 10), ct);

        (await late.Awaiting(call => call).Should().ThrowAsync<PostgresException>()).Which.SqlState.Should().Be("40001");
    }
}

public sealed class PooledTransactionTests(PostgresDatabase database, PgBouncer pooler)
    : TransactionTests(() => pooler.Through(database.ConnectionString)), IClassFixture<PostgresDatabase>, IClassFixture<PgBouncer>;
