using System.Data;
using Npgsql;
using Patterns.LlmCost;

namespace Ai.Tests.LlmCost;

/// <summary>The form that takes part in the caller's transaction.</summary>
public sealed class TransactionTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Guarantee("LlmCost", 15)]
    public async Task A_call_commits_with_the_transaction_or_not_at_all(bool commit)
    {
        await using var host = await LedgerHost.NewAsync(database.ConnectionString);
        var day = await host.DayAsync(0, 1);
        await host.ExecuteAsync("CREATE TABLE {schema}.orders (id int)");
        await using var connection = await database.DataSource.OpenConnectionAsync(Ct);
        await using (var transaction = await connection.BeginTransactionAsync(Ct))
        {
            await using (var order = new NpgsqlCommand(host.Postgres.Sql("INSERT INTO {schema}.orders VALUES (1)"), connection, transaction))
                await order.ExecuteNonQueryAsync(Ct);
            var call = LedgerHost.Call("acme", day);
            await host.Costs.RecordAsync(call, transaction, Ct);
            await host.Costs.RecordAsync(call with { Revision = 1, Usage = new() { Input = 3 } }, transaction, Ct);
            await host.Costs.RecordAsync(call with { Attempt = 2, Usage = new() { Input = 4 } }, transaction, Ct);
            (await host.RowsAsync()).Should().Be(0);
            await (commit ? transaction.CommitAsync(Ct) : transaction.RollbackAsync(Ct));
        }

        (await host.ScalarAsync<long>("SELECT count(*) FROM {schema}.orders")).Should().Be(commit ? 1 : 0);
        (await host.DaysAsync("acme")).Should().Equal(commit ? [$"{day:yyyy-MM-dd} small : 2, 7, 7000000, 0, 0"] : []);
        (await host.BreaksAsync()).Should().BeEmpty();
    }

    [Fact]
    [Guarantee("LlmCost", 15)]
    public async Task Callers_of_one_day_wait_for_the_transaction_and_are_added_to_it()
    {
        await using var host = await LedgerHost.NewAsync(database.ConnectionString);
        var day = await host.DayAsync(0, 1);
        await using var connection = await database.DataSource.OpenConnectionAsync(Ct);
        await using var transaction = await connection.BeginTransactionAsync(Ct);
        await host.Costs.RecordAsync(LedgerHost.Call("acme", day, 1), transaction, Ct);

        var others = host.BookAsync([.. Enumerable.Range(0, 20).Select(_ => LedgerHost.Call("acme", day, 1))]);
        await host.BookAsync(LedgerHost.Call("another", day, 1));
        await transaction.CommitAsync(Ct);
        await others;

        (await host.DaysAsync("acme")).Should().Equal($"{day:yyyy-MM-dd} small : 21, 21, 21000000, 0, 0");
    }

    [Fact]
    [Guarantee("LlmCost", 13)]
    public async Task A_snapshot_that_may_not_see_the_close_cannot_book_into_a_past_month()
    {
        await using var host = await LedgerHost.NewAsync(database.ConnectionString);
        var day = await host.DayAsync(1);
        await using var connection = await database.DataSource.OpenConnectionAsync(Ct);
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, Ct);
        await using (var look = new NpgsqlCommand("SELECT 1", connection, transaction))
            await look.ExecuteNonQueryAsync(Ct);
        await host.Ledger.CloseAsync(Month.Of(day), Ct);

        (await host.Costs.Awaiting(c => c.RecordAsync(LedgerHost.Call("acme", day), transaction, Ct)).Should().ThrowAsync<PostgresException>()).WithMessage("*READ COMMITTED*");
        (await host.DaysAsync("acme")).Should().BeEmpty();
    }
}
