using System.Net;
using System.Net.Sockets;
using Npgsql;
using Patterns.Postgres;

namespace Kernel.Tests.Postgres;

public sealed class ErrorsTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private const string Tables =
        """
        CREATE TABLE IF NOT EXISTS parents(id int PRIMARY KEY);
        CREATE TABLE IF NOT EXISTS errors(id int PRIMARY KEY, n int NOT NULL CONSTRAINT n_positive CHECK (n > 0), parent int REFERENCES parents, EXCLUDE USING btree (n WITH =));
        CREATE TABLE IF NOT EXISTS parts(at int) PARTITION BY RANGE (at);
        CREATE TABLE IF NOT EXISTS parts_1 PARTITION OF parts FOR VALUES FROM (1) TO (2);
        INSERT INTO errors VALUES (1, 1, NULL) ON CONFLICT DO NOTHING;
        """;

    [Theory]
    [InlineData("INSERT INTO errors VALUES (1, 2, NULL)", PostgresFault.Unique, "errors_pkey")]
    [InlineData("INSERT INTO errors VALUES (2, 1, NULL)", PostgresFault.Unique, "errors_n_excl")]
    [InlineData("INSERT INTO errors VALUES (2, 3, 9)", PostgresFault.ForeignKey, "errors_parent_fkey")]
    [InlineData("INSERT INTO errors VALUES (2, 0, NULL)", PostgresFault.Check, "n_positive")]
    [InlineData("INSERT INTO errors VALUES (2, NULL, NULL)", PostgresFault.NotNull, null)]
    [InlineData("INSERT INTO parts VALUES (7)", PostgresFault.NoPartition, null)]
    [InlineData("INSERT INTO parts_1 VALUES (7)", PostgresFault.Check, null)]
    [InlineData("SELECT 1/0", PostgresFault.Data, null)]
    [InlineData("SELECT * FROM nowhere", PostgresFault.SchemaMissing, null)]
    [InlineData("SELECT * FROM nowhere.at_all", PostgresFault.SchemaMissing, null)]
    [InlineData("SET statement_timeout = 1; SELECT pg_sleep(60)", PostgresFault.StatementTimeout, null)]
    [InlineData("SET TRANSACTION READ ONLY; CREATE TABLE x(); ", PostgresFault.ReadOnly, null)]
    [InlineData("SET LOCAL ROLE pg_monitor; SELECT * FROM errors", PostgresFault.Permission, null)]
    [InlineData("EXECUTE nothing", PostgresFault.Pooler, null)]
    [InlineData("SELEC", PostgresFault.Other, null)]
    [InlineData("DO $$ BEGIN RAISE EXCEPTION '' USING ERRCODE = '40001'; END $$", PostgresFault.Serialization, null)]
    [InlineData("DO $$ BEGIN RAISE EXCEPTION '' USING ERRCODE = '40P01'; END $$", PostgresFault.Deadlock, null)]
    [InlineData("DO $$ BEGIN RAISE EXCEPTION '' USING ERRCODE = '55P03'; END $$", PostgresFault.LockTimeout, null)]
    [InlineData("DO $$ BEGIN RAISE EXCEPTION '' USING ERRCODE = '53300'; END $$", PostgresFault.OutOfResources, null)]
    [InlineData("DO $$ BEGIN RAISE EXCEPTION '' USING ERRCODE = '57P03'; END $$", PostgresFault.Unavailable, null)]
    [InlineData("SELECT pg_terminate_backend(pg_backend_pid())", PostgresFault.ConnectionLost, null)]
    [Guarantee("Postgres", 8)]
    public async Task An_error_of_the_server_is_told_by_its_kind_and_nothing_was_applied(string sql, PostgresFault fault, string? constraint)
    {
        var error = await FailAsync(sql);

        PostgresErrors.Classify(error).Should().Be(fault);
        PostgresErrors.ConstraintOf(error).Should().Be(constraint);
        PostgresErrors.OutcomeOf(error).Should().Be(WriteOutcome.NotApplied);
        PostgresErrors.IsRetryable(error).Should().Be(fault is PostgresFault.Serialization or PostgresFault.Deadlock or PostgresFault.LockTimeout or PostgresFault.Unavailable or PostgresFault.ConnectionLost);
        PostgresErrors.Classify(new InvalidOperationException("wrapped", error)).Should().Be(fault);
    }

    [Theory]
    [InlineData("40003")]
    [InlineData("08007")]
    public async Task A_server_that_does_not_know_leaves_the_outcome_unknown(string code)
    {
        var error = await FailAsync($"DO $$ BEGIN RAISE EXCEPTION '' USING ERRCODE = '{code}'; END $$");

        PostgresErrors.OutcomeOf(error).Should().Be(WriteOutcome.Unknown);
        PostgresErrors.IsRetryable(error).Should().BeFalse();
    }

    [Fact]
    public async Task A_server_that_cannot_be_reached_has_applied_nothing()
    {
        using var closed = new Socket(SocketType.Stream, ProtocolType.Tcp);
        closed.Bind(new IPEndPoint(IPAddress.Loopback, 0)); // taken, and nobody listens
        var port = ((IPEndPoint)closed.LocalEndPoint!).Port;
        await using var source = NpgsqlDataSource.Create($"Host=127.0.0.1;Port={port};Username=nobody");

        var error = (await source.Invoking(s => s.OpenConnectionAsync(Ct).AsTask()).Should().ThrowAsync<NpgsqlException>()).Which;

        PostgresErrors.Classify(error).Should().Be(PostgresFault.Unavailable);
        PostgresErrors.OutcomeOf(error).Should().Be(WriteOutcome.NotApplied);
        PostgresErrors.IsRetryable(error).Should().BeTrue();
    }

    [Fact]
    public async Task An_exhausted_pool_has_applied_nothing()
    {
        var settings = new NpgsqlConnectionStringBuilder(database.ConnectionString) { MaxPoolSize = 1, Timeout = 1 };
        await using var source = NpgsqlDataSource.Create(settings);
        await using var taken = await source.OpenConnectionAsync(Ct);

        var error = (await source.Invoking(s => s.OpenConnectionAsync(Ct).AsTask()).Should().ThrowAsync<NpgsqlException>()).Which;

        PostgresErrors.Classify(error).Should().Be(PostgresFault.Unavailable);
        PostgresErrors.OutcomeOf(error).Should().Be(WriteOutcome.NotApplied);
    }

    [Fact]
    [Guarantee("Postgres", 8)]
    public async Task A_connection_that_breaks_leaves_the_outcome_unknown()
    {
        await using var proxy = PostgresProxy.Start(database.ConnectionString);
        await using var source = NpgsqlDataSource.Create(proxy.ConnectionString);
        await using var connection = await source.OpenConnectionAsync(Ct);
        proxy.CutBefore("SELECT 'cut'");
        await using var command = new NpgsqlCommand("SELECT 'cut'", connection);

        var error = (await command.Invoking(c => c.ExecuteScalarAsync(Ct)).Should().ThrowAsync<NpgsqlException>()).Which;

        PostgresErrors.Classify(error).Should().Be(PostgresFault.ConnectionLost);
        PostgresErrors.OutcomeOf(error).Should().Be(WriteOutcome.Unknown);
        PostgresErrors.IsRetryable(error).Should().BeFalse();
    }

    [Fact]
    public async Task A_driver_that_stops_waiting_leaves_the_outcome_unknown()
    {
        await using var source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(database.ConnectionString) { CancellationTimeout = -1 });
        await using var command = source.CreateCommand("SELECT pg_sleep(5)");
        command.CommandTimeout = 1;

        var error = (await command.Invoking(c => c.ExecuteScalarAsync(Ct)).Should().ThrowAsync<NpgsqlException>()).Which;

        PostgresErrors.Classify(error).Should().Be(PostgresFault.StatementTimeout);
        PostgresErrors.OutcomeOf(error).Should().Be(WriteOutcome.Unknown);
    }

    [Fact]
    public async Task A_statement_that_the_server_cancelled_was_not_applied()
    {
        await using var connection = await database.DataSource.OpenConnectionAsync(Ct);
        await using var command = new NpgsqlCommand("SELECT pg_sleep(60)", connection);
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        var running = command.ExecuteScalarAsync(cancel.Token);
        await Eventually.HoldsAsync("the statement runs", () => IsRunningAsync(connection.ProcessID));
        await cancel.CancelAsync();

        var error = (await running.Invoking(r => r).Should().ThrowAsync<OperationCanceledException>()).Which;

        PostgresErrors.Classify(error).Should().Be(PostgresFault.StatementTimeout);
        PostgresErrors.OutcomeOf(error).Should().Be(WriteOutcome.NotApplied);
    }

    [Fact]
    public void An_exception_of_somebody_else_is_none_of_these()
    {
        PostgresErrors.Classify(new InvalidOperationException()).Should().Be(PostgresFault.Other);
        PostgresErrors.Classify(new TimeoutException()).Should().Be(PostgresFault.Other);
        PostgresErrors.OutcomeOf(new InvalidOperationException()).Should().Be(WriteOutcome.Unknown);
        PostgresErrors.ConstraintOf(new InvalidOperationException()).Should().BeNull();
    }

    [Fact]
    public async Task Classifying_allocates_nothing()
    {
        var error = await FailAsync("SELECT 1/0");
        PostgresErrors.Classify(error);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
            PostgresErrors.Classify(error);

        (GC.GetAllocatedBytesForCurrentThread() - before).Should().Be(0);
    }

    private async Task<bool> IsRunningAsync(int processId)
    {
        await using var command = database.DataSource.CreateCommand("SELECT count(*) = 1 FROM pg_stat_activity WHERE pid = $1 AND wait_event = 'PgSleep'");
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = processId });
        return (bool)(await command.ExecuteScalarAsync(Ct))!;
    }

    private async Task<NpgsqlException> FailAsync(string sql)
    {
        await using var application = new Application(database.ConnectionString);
        await application.Postgres.RunAsync(async (transaction, ct) =>
        {
            await using var command = new NpgsqlCommand("SELECT pg_advisory_xact_lock(1); " + Tables, transaction.Connection);
            await command.ExecuteNonQueryAsync(ct);
        }, ct: Ct);
        await using var connection = await application.Postgres.DataSource.OpenConnectionAsync(Ct);
        await using var transaction = await connection.BeginTransactionAsync(Ct);
        await using var failing = new NpgsqlCommand(sql, connection, transaction);
        return (await failing.Invoking(c => c.ExecuteNonQueryAsync(Ct)).Should().ThrowAsync<NpgsqlException>()).Which;
    }
}
