using Npgsql;
using Patterns.DevServers;
using Patterns.Postgres;

namespace Kernel.Tests.Postgres;

/// <summary>What a caller is told when the connection breaks between <c>COMMIT</c> and its answer.</summary>
public sealed class CommitTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>, IAsyncLifetime
{
    private readonly PostgresProxy _proxy = PostgresProxy.Start(database.ConnectionString);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await using var command = database.DataSource.CreateCommand("SELECT pg_advisory_lock(7); CREATE TABLE IF NOT EXISTS written (id uuid PRIMARY KEY); SELECT pg_advisory_unlock(7)");
        await command.ExecuteNonQueryAsync(Ct);
    }

    public ValueTask DisposeAsync() => _proxy.DisposeAsync();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Guarantee("Postgres", 6)]
    public async Task Without_verification_a_lost_commit_is_said_to_be_unknown_and_never_repeated(bool committed)
    {
        await using var application = new Application(_proxy.ConnectionString);
        var id = Guid.CreateVersion7();
        var runs = 0;

        var run = async () => await application.Postgres.RunAsync(async (transaction, ct) => { runs++; await WriteAsync(transaction, id, ct); Arm(committed); }, ct: Ct);

        var error = (await run.Should().ThrowAsync<OutcomeUnknownException>().WithMessage("*may or may not be applied*VerifyCommit*")).Which;
        PostgresErrors.OutcomeOf(error).Should().Be(WriteOutcome.Unknown);
        PostgresErrors.Classify(error).Should().Be(PostgresFault.ConnectionLost);
        PostgresErrors.IsRetryable(error).Should().BeFalse();
        (runs, _proxy.Cuts).Should().Be((1, 1));
        (await CountAsync(id)).Should().Be(committed ? 1 : 0);
    }

    [Fact]
    [Guarantee("Postgres", 6)]
    public async Task With_verification_a_commit_whose_answer_was_lost_returns_its_result()
    {
        await using var application = new Application(_proxy.ConnectionString, o => o.VerifyCommit = true);
        var id = Guid.CreateVersion7();
        var runs = 0;

        var result = await application.Postgres.RunAsync(async (transaction, ct) => { runs++; await WriteAsync(transaction, id, ct); Arm(afterCommit: true); return "done"; }, ct: Ct);

        (result, runs, _proxy.Cuts).Should().Be(("done", 1, 1));
        (await CountAsync(id)).Should().Be(1);
    }

    [Fact]
    [Guarantee("Postgres", 6)]
    public async Task With_verification_a_commit_that_never_arrived_is_run_again()
    {
        await using var application = new Application(_proxy.ConnectionString, o => o.VerifyCommit = true);
        var id = Guid.CreateVersion7();
        var runs = 0;

        await application.Postgres.RunAsync(async (transaction, ct) =>
        {
            if (++runs == 1)
                Arm(afterCommit: false);
            await WriteAsync(transaction, id, ct);
        }, ct: Ct);

        (runs, _proxy.Cuts).Should().Be((2, 1));
        (await CountAsync(id)).Should().Be(1);
    }

    [Fact]
    public async Task A_commit_that_keeps_getting_lost_is_said_to_be_not_applied_in_the_end()
    {
        await using var application = new Application(_proxy.ConnectionString, o => o.VerifyCommit = true);
        var id = Guid.CreateVersion7();

        var run = async () => await application.Postgres.RunAsync(async (transaction, ct) => { Arm(afterCommit: false); await WriteAsync(transaction, id, ct); }, ct: Ct);

        var error = (await run.Should().ThrowAsync<NpgsqlException>().WithMessage("*nothing was applied*")).Which;
        PostgresErrors.OutcomeOf(error).Should().Be(WriteOutcome.NotApplied);
        PostgresErrors.IsRetryable(error).Should().BeTrue();
        (await CountAsync(id)).Should().Be(0);
    }

    [Fact]
    public async Task A_lost_commit_of_a_transaction_that_wrote_nothing_returns_its_result()
    {
        await using var application = new Application(_proxy.ConnectionString);

        var result = await application.Postgres.RunAsync(async (transaction, ct) =>
        {
            await using var read = new NpgsqlCommand("SELECT 5", transaction.Connection, transaction);
            Arm(afterCommit: true);
            return (int)(await read.ExecuteScalarAsync(ct))!;
        }, new() { VerifyCommit = true }, Ct);

        result.Should().Be(5);
    }

    [Fact]
    [Guarantee("Postgres", 6)]
    public async Task With_verification_a_server_on_another_timeline_is_not_believed()
    {
        await using var server = await DevServers.StartPostgresAsync(new() { Shared = false, Settings = { ["restore_command"] = "false" } }, Ct);
        await using var proxy = PostgresProxy.Start(server.ConnectionString());
        await using var application = new Application(proxy.ConnectionString, o => o.VerifyCommit = true);
        await application.ExecuteAsync("CREATE TABLE written (id uuid)");
        var directory = await application.ScalarAsync<string>("SHOW data_directory");

        // As after a promotion: the server that answers the question has gone through a recovery since.
        async Task RecoverAsync()
        {
            await server.StopAsync(StopMode.Fast);
            await File.WriteAllTextAsync(Path.Combine(directory, "recovery.signal"), "", Ct);
            await server.RestartAsync(Ct);
        }

        var run = async () => await application.Postgres.RunAsync(async (transaction, ct) => { await WriteAsync(transaction, Guid.CreateVersion7(), ct); proxy.CutAfter("COMMIT\0", RecoverAsync); }, ct: Ct);

        await run.Should().ThrowAsync<OutcomeUnknownException>();
    }

    [Fact]
    public async Task A_constraint_that_fails_at_commit_is_an_answer()
    {
        await using var application = new Application(database.ConnectionString);
        await application.ExecuteAsync("CREATE TABLE deferred (id int UNIQUE DEFERRABLE INITIALLY DEFERRED)");

        var run = async () => await application.Postgres.RunAsync(async (transaction, ct) =>
        {
            await using var command = new NpgsqlCommand("INSERT INTO deferred VALUES (1), (1)", transaction.Connection, transaction);
            await command.ExecuteNonQueryAsync(ct);
        }, ct: Ct);

        var error = (await run.Should().ThrowAsync<PostgresException>()).Which;
        (PostgresErrors.Classify(error), PostgresErrors.OutcomeOf(error)).Should().Be((PostgresFault.Unique, WriteOutcome.NotApplied));
    }

    [Fact]
    public async Task A_backend_that_is_ended_while_the_work_runs_has_applied_nothing()
    {
        await using var application = new Application(database.ConnectionString);
        var id = Guid.CreateVersion7();

        var run = async () => await application.Postgres.RunAsync(async (transaction, ct) =>
        {
            await WriteAsync(transaction, id, ct);
            await using var end = new NpgsqlCommand("SELECT pg_terminate_backend(pg_backend_pid())", transaction.Connection, transaction);
            await end.ExecuteNonQueryAsync(ct);
        }, ct: Ct);

        var error = (await run.Should().ThrowAsync<PostgresException>()).Which;
        PostgresErrors.OutcomeOf(error).Should().Be(WriteOutcome.NotApplied);
        (await CountAsync(id)).Should().Be(0);
    }

    // With the end of its message, since BEGIN says READ COMMITTED.
    private void Arm(bool afterCommit)
    {
        if (afterCommit)
            _proxy.CutAfter("COMMIT\0");
        else
            _proxy.CutBefore("COMMIT\0");
    }

    private static async Task WriteAsync(NpgsqlTransaction transaction, Guid id, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand("INSERT INTO written VALUES ($1)", transaction.Connection, transaction) { Parameters = { new NpgsqlParameter<Guid> { TypedValue = id } } };
        await command.ExecuteNonQueryAsync(ct);
    }

    private async Task<long> CountAsync(Guid id)
    {
        await using var command = database.DataSource.CreateCommand("SELECT count(*) FROM written WHERE id = $1");
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = id });
        return (long)(await command.ExecuteScalarAsync(Ct))!;
    }
}
