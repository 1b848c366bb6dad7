using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;
using Patterns.DevServers;

namespace Kernel.Tests.Postgres;

/// <summary>Whatever breaks, a subscriber is told to read the state afterwards.</summary>
public sealed class NotificationFaultTests(PostgresDatabase database, PgBouncer pooler) : IClassFixture<PostgresDatabase>, IClassFixture<PgBouncer>
{
    private readonly FakeTime _time = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task After_a_restart_of_the_server_a_resync_comes_and_then_what_is_sent()
    {
        await using var server = await DevServers.StartPostgresAsync(new() { Shared = false }, Ct);
        await using var application = New(server.ConnectionString(), time: TimeProvider.System);
        var heard = await Heard.OnAsync(application, "orders");
        (await heard.NextAsync()).Should().Be("resync");

        await server.KillAsync();
        await Eventually.HoldsAsync("the loss is noticed", async () => (await application.HealthAsync()).Status == HealthStatus.Degraded);
        await server.RestartAsync(Ct);

        (await heard.NextAsync()).Should().Be("resync");
        (await application.HealthAsync()).Status.Should().Be(HealthStatus.Healthy);
        application.Notifications.NotifySoon("orders", "after");
        (await heard.NextAsync()).Should().Be("after");
        application.Logged.Should().ContainSingle(l => l.Contains("will be replaced")).And.ContainSingle(l => l.Contains("arrive again"));
    }

    [Fact]
    [Guarantee("Postgres", 17)]
    public async Task A_frozen_socket_is_found_by_the_probe_and_replaced()
    {
        await using var proxy = PostgresProxy.Start(database.ConnectionString);
        await using var application = New(database.ConnectionString, proxy.ConnectionString);
        var heard = await Heard.OnAsync(application, "orders");
        (await heard.NextAsync()).Should().Be("resync");

        proxy.Freeze();
        application.Notifications.NotifySoon("orders", "missed");
        string? next = null;
        await Eventually.HoldsAsync("the subscriber reads the state", () => { _time.Advance(TimeSpan.FromMilliseconds(250)); return heard.TryNext(out next); });

        next.Should().Be("resync");
        // The clock goes on, since it is what the next attempt waits for if the new connection was not heard within its five seconds either.
        await Eventually.HoldsAsync("what is sent arrives again", () =>
        {
            application.Notifications.NotifySoon("orders", "heard");
            _time.Advance(TimeSpan.FromMilliseconds(250));
            return heard.TryNext(out next) && next == "heard";
        });
    }

    [Fact]
    public async Task A_subscription_on_a_frozen_socket_can_be_given_up()
    {
        await using var proxy = PostgresProxy.Start(database.ConnectionString);
        await using var application = New(database.ConnectionString, proxy.ConnectionString);
        await Heard.OnAsync(application, "orders");
        proxy.Freeze();
        using var patience = new CancellationTokenSource();

        var subscribe = application.Notifications.SubscribeAsync("payments", (_, _) => ValueTask.CompletedTask, patience.Token).AsTask();
        await patience.CancelAsync();

        await subscribe.Awaiting(s => s).Should().ThrowAsync<OperationCanceledException>();
    }

    [Fact]
    public async Task Behind_a_transaction_pooler_without_a_session_address_resyncs_stand_in_and_one_error_names_the_option()
    {
        await using var application = New(pooler.Through(database.ConnectionString));
        var heard = new Heard();

        var subscribing = application.Notifications.SubscribeAsync("orders", heard.HandleAsync, Ct).AsTask();
        await Eventually.HoldsAsync("the subscription is made", () => { _time.Advance(TimeSpan.FromSeconds(1)); return subscribing.IsCompleted; });
        for (var i = 0; i < 4; i++)
        {
            string? next = null;
            await Eventually.HoldsAsync("the subscriber reads the state", () => { _time.Advance(TimeSpan.FromSeconds(1)); return heard.TryNext(out next); });
            next.Should().Be("resync");
        }

        var health = (await application.HealthAsync()).Entries["patterns_notifications"];
        health.Status.Should().Be(HealthStatus.Degraded);
        health.Description.Should().Contain("SessionConnectionString");
        health.Tags.Should().Contain("patterns");
        application.Logged.Should().ContainSingle(l => l.StartsWith("Error", StringComparison.Ordinal)).Which.Should().Contain("SessionConnectionString");
    }

    [Fact]
    [Guarantee("Postgres", 18)]
    public async Task Without_a_server_a_subscription_fails_and_sending_soon_is_logged()
    {
        var nowhere = new NpgsqlConnectionStringBuilder(database.ConnectionString) { Host = "127.0.0.1", Port = 1 }.ConnectionString;
        await using var application = New(nowhere);

        application.Notifications.NotifySoon("orders", "lost");

        await application.Notifications.Awaiting(n => n.SubscribeAsync("orders", (_, _) => ValueTask.CompletedTask, Ct).AsTask()).Should().ThrowAsync<NpgsqlException>();
        await Eventually.HoldsAsync("the loss is logged", () => application.Logged.Any(l => l.Contains("1 notifications that were to be sent soon are lost")));
        (await application.HealthAsync()).Status.Should().Be(HealthStatus.Healthy, "nobody is subscribed");
    }

    [Fact]
    public async Task Disposed_it_refuses_and_ends_its_handlers()
    {
        var application = New(database.ConnectionString);
        var notifications = application.Notifications;
        var (started, ended) = (new TaskCompletionSource(), false);
        await notifications.SubscribeAsync("orders", async (_, ct) =>
        {
            started.SetResult();
            await new TaskCompletionSource().Task.WaitAsync(ct).ContinueWith(_ => ended = true, TaskScheduler.Default);
        }, Ct);
        await started.Task.WaitAsync(Ct);

        await application.DisposeAsync();

        ended.Should().BeTrue();
        notifications.Invoking(n => n.NotifySoon("orders", "x")).Should().Throw<ObjectDisposedException>();
        await notifications.Awaiting(n => n.SubscribeAsync("orders", (_, _) => ValueTask.CompletedTask, Ct).AsTask()).Should().ThrowAsync<ObjectDisposedException>();
    }

    [Fact]
    [Guarantee("Postgres", 17)]
    public async Task However_often_its_connections_are_ended_a_subscriber_comes_to_know_the_last_state()
    {
        var rounds = Environment.GetEnvironmentVariable("PATTERNS_LONG") == "1" ? 200 : 8;
        await using var application = New(database.ConnectionString, time: TimeProvider.System);
        await application.ExecuteAsync("CREATE TABLE state (value int NOT NULL); INSERT INTO state VALUES (0)");
        var known = 0;
        await application.Notifications.SubscribeAsync("state", async (_, _) =>
        {
            await using var read = database.DataSource.CreateCommand("SELECT value FROM state");
            Volatile.Write(ref known, (int)(await read.ExecuteScalarAsync(CancellationToken.None))!);
        }, Ct);

        for (var round = 1; round <= rounds; round++)
        {
            // The database is left in either order: told and then cut off, or cut off and then told.
            await using (var write = database.DataSource.CreateCommand("UPDATE state SET value = value + 1"))
                await write.ExecuteNonQueryAsync(Ct);
            if (round % 2 == 0)
                application.Notifications.NotifySoon("state", "");
            await using (var end = database.DataSource.CreateCommand("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND query LIKE ANY ('{LISTEN%,%pg_notify%}')"))
                await end.ExecuteNonQueryAsync(Ct);
            if (round % 2 == 1)
                application.Notifications.NotifySoon("state", "");

            await Eventually.HoldsAsync($"the subscriber knows state {round}", () => Volatile.Read(ref known) == round);
        }
    }

    [Fact]
    public async Task The_data_source_of_the_container_lends_its_password_to_the_listening_connection()
    {
        await using var server = await DevServers.StartPostgresAsync(new() { Tcp = true }, Ct);
        await using var source = NpgsqlDataSource.Create(server.ConnectionString());
        await using var application = new Application(connectionString: null, more: services => services.AddSingleton(source));
        var heard = await Heard.OnAsync(application, "orders");

        application.Notifications.NotifySoon("orders", "heard");

        (await heard.NextAsync(2)).Should().Equal("resync", "heard");
    }

    private Application New(string connectionString, string? session = null, TimeProvider? time = null) => new(
        connectionString,
        o => o.SessionConnectionString = session,
        services => services.AddSingleton(time ?? _time).AddHealthChecks());
}
