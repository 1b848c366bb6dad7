using System.Net;
using System.Net.Sockets;
using Npgsql;
using Patterns.Postgres;

namespace Kernel.Tests.Postgres;

/// <summary>Connections that are not to be had, end in the middle, or lead to the wrong server.</summary>
public sealed class GroupConnectionTests(PostgresDatabase database) : GroupTests(database), IClassFixture<PostgresDatabase>
{
    [Fact]
    public async Task A_server_that_hangs_up_costs_one_attempt_for_all_that_are_queued_and_none_was_applied()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var attempts = 0;
        var allQueued = new TaskCompletionSource();
        var hangingUp = Task.Run(async () =>
        {
            while (true)
            {
                using var socket = await listener.AcceptSocketAsync(Ct);
                attempts++;
                await allQueued.Task;
            }
        }, Ct);
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        await using var application = new Application($"Host=127.0.0.1;Port={port};Username=x;Database=x;SSL Mode=Disable;GSS Encryption Mode=Disable");
        var group = Group(postgres: application.Postgres);

        var calls = Call(group, Entry.Range(1, 50));
        group.Queued.Should().Be(49);
        allQueued.SetResult();
        var ends = await EndsAsync(calls);

        ends.Should().AllBeAssignableTo<NpgsqlException>().And.OnlyHaveUniqueItems();
        ends.Select(end => PostgresErrors.OutcomeOf(end!)).Should().AllBeEquivalentTo(WriteOutcome.NotApplied);
        (attempts, group.Queued).Should().Be((1, 0));
        listener.Stop();
        await hangingUp.ContinueWith(static _ => { }, TaskScheduler.Default);
    }

    [Fact]
    public async Task A_server_that_is_not_there_was_not_asked()
    {
        await using var application = new Application("Host=127.0.0.1;Port=1;Username=x;Database=x");

        var ends = await EndsAsync(Call(Group(postgres: application.Postgres), Entry.Range(1, 10)));

        ends.Select(end => PostgresErrors.Classify(end!)).Should().AllBeEquivalentTo(PostgresFault.Unavailable);
        ends.Should().OnlyHaveUniqueItems().And.OnlyContain(end => PostgresErrors.OutcomeOf(end!) == WriteOutcome.NotApplied);
    }

    [Fact]
    public async Task Whose_connection_ends_does_not_know_and_those_behind_go_on_on_a_new_one()
    {
        var group = Group();
        await using var gate = await CloseGateAsync();
        var first = group.RunAsync(new(0), Ct).AsTask();
        await gate.ArrivedAsync();
        var lost = Call(group, Entry.Range(1, 10));
        await gate.OpenAsync();
        await first;
        await Task.WhenAll(lost);

        await using var again = await CloseGateAsync();
        var running = group.RunAsync(new(20), Ct).AsTask();
        await again.ArrivedAsync();
        var behind = Call(group, Entry.Range(21, 10));
        await again.TerminateAsync();
        var end = await EndAsync(running);
        await again.ArrivedAsync();
        await again.OpenAsync();

        end.Should().BeOfType<OutcomeUnknownException>().Which.Message.Should().Contain("'entries'");
        await Task.WhenAll(behind);
        (await RowsAsync()).Should().Equal([.. Enumerable.Range(0, 11), .. Enumerable.Range(21, 10)]);
    }

    [Fact]
    public async Task Each_caller_of_a_lost_batch_has_an_exception_of_his_own()
    {
        var group = Group();
        await using var gate = await CloseGateAsync();
        var first = group.RunAsync(new(0), Ct).AsTask();
        await gate.ArrivedAsync();
        var lost = Call(group, Entry.Range(1, 10));
        await gate.TerminateAsync();
        await EndAsync(first);
        await gate.ArrivedAsync();
        await gate.TerminateAsync();

        var ends = await EndsAsync(lost);

        ends.Should().AllBeOfType<OutcomeUnknownException>().And.OnlyHaveUniqueItems();
        (await RowsAsync()).Should().BeEmpty();
    }

    [Fact]
    public async Task A_blocked_request_that_finds_the_pool_empty_fails_alone()
    {
        // The lane keeps the pool's one connection, for it has more to send.
        await using var application = new Application(ConnectionString + ";Maximum Pool Size=1;Timeout=1");
        using var queued = new ManualResetEventSlim();
        using var failed = new ManualResetEventSlim();
        Statement.Binding = entry => (entry.Id == 1 ? queued : failed).Wait(Ct);
        var group = Group(o => (o.MaxBatch, o.BatchLockTimeout) = (1, TimeSpan.FromMilliseconds(50)), postgres: application.Postgres);
        await using var held = await LockAsync(1);

        var blocked = Task.Run(() => group.RunAsync(new(1), Ct).AsTask(), Ct);
        await Eventually.HoldsAsync("the lane is busy", () => !Statement.Batches.IsEmpty);
        var others = Call(group, Entry.Range(2, 5));
        queued.Set();
        var end = await EndAsync(blocked);
        failed.Set();

        PostgresErrors.OutcomeOf(end!).Should().Be(WriteOutcome.NotApplied);
        await Task.WhenAll(others);
        await held.ReleaseAsync();
        (await RowsAsync()).Should().Equal(2, 3, 4, 5, 6);
    }

    [Fact]
    public async Task After_a_failover_to_a_read_only_server_the_next_call_looks_for_the_primary()
    {
        var name = new NpgsqlConnectionStringBuilder(ConnectionString).Database;
        await using var application = new Application(ConnectionString);
        await ExecuteAsync($"ALTER DATABASE {name} SET default_transaction_read_only = on");
        try
        {
            var group = Group(o => o.Lanes = 2, postgres: application.Postgres);
            await using (await application.Postgres.DataSource.OpenConnectionAsync(Ct))
            {
                (await EndAsync(group.RunAsync(new(1), Ct).AsTask())).Should().BeOfType<PostgresException>().Which.SqlState.Should().Be("25006");
            }

            await ExecuteAsync("SET default_transaction_read_only = off; ALTER DATABASE " + name + " RESET default_transaction_read_only");

            (await group.RunAsync(new(2), Ct)).Value.Should().Be(7);
            await Task.WhenAll(Call(group, Entry.Range(3, 20)));
        }
        finally
        {
            await ExecuteAsync("SET default_transaction_read_only = off; ALTER DATABASE " + name + " RESET default_transaction_read_only");
        }
    }
}
