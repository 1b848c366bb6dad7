using Npgsql;

namespace Kernel.Tests.Postgres;

public abstract class JoinTests(Func<string> connectionString) : AccountTests(connectionString)
{
    [Fact]
    [Guarantee("Postgres", 5)]
    public async Task Joined_work_shares_the_fate_of_the_callers_transaction()
    {
        Guid[] ids = [Guid.CreateVersion7(), Guid.CreateVersion7()];
        foreach (var (id, commit) in ids.Zip([true, false]))
        {
            await using var connection = await OpenAsync();
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
        await using var connection = await OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync(Ct);
        var runs = 0;

        var join = async () => await Postgres.JoinAsync(transaction, async (t, ct) => { runs++; await SerializationFailureAsync(t, ct); return true; }, Ct);

        await join.Should().ThrowAsync<PostgresException>();
        runs.Should().Be(1);
    }

    [Fact]
    public async Task A_finished_transaction_is_refused()
    {
        await using var connection = await OpenAsync();
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
        await using var other = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(ConnectionString) { Database = "postgres" });
        await using var connection = await other.OpenConnectionAsync(Ct);
        await using var transaction = await connection.BeginTransactionAsync(Ct);

        var join = async () => await Postgres.JoinAsync(transaction, (_, _) => ValueTask.FromResult(1), Ct);

        await join.Should().ThrowAsync<ArgumentException>().WithMessage("*on database 'postgres'*");
    }
}
