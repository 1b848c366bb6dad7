using Microsoft.Extensions.DependencyInjection;
using Patterns.Postgres;

namespace Kernel.Tests.Postgres;

public abstract class NotificationTests(Func<string> connectionString, Func<string?> session)
{
    private readonly FakeTime _time = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_subscription_starts_with_a_resync_and_hears_what_is_sent_from_then_on()
    {
        await using var application = New();
        await application.ExecuteAsync("SELECT pg_notify('orders', 'too early')");
        var heard = await Heard.OnAsync(application, "orders");

        application.Notifications.NotifySoon("other", "not mine");
        application.Notifications.NotifySoon("orders", "");

        (await heard.NextAsync(2)).Should().Equal("resync", "");
    }

    [Fact]
    [Guarantee("Postgres", 18)]
    public async Task A_notification_in_a_transaction_arrives_with_its_commit_and_not_without_it()
    {
        await using var application = New();
        var heard = await Heard.OnAsync(application, "payments");

        foreach (var (payload, commit) in new[] { ("rolled back", false), ("committed", true) })
        {
            await using var connection = await application.Postgres.DataSource.OpenConnectionAsync(Ct);
            await using var transaction = await connection.BeginTransactionAsync(Ct);
            await application.Notifications.NotifyAsync(transaction, "payments", payload, Ct);
            heard.TryNext(out _);
            await (commit ? transaction.CommitAsync(Ct) : transaction.RollbackAsync(Ct));
        }

        string next;
        do next = await heard.NextAsync();
        while (next == "resync");
        next.Should().Be("committed");
    }

    [Fact]
    public async Task Sent_soon_the_first_goes_at_once_and_the_next_20_ms_go_together_and_folded()
    {
        await using var application = New(fakeTime: true);
        var heard = await Heard.OnAsync(application, "hot");

        application.Notifications.NotifySoon("hot", "a");
        (await heard.NextAsync(2)).Should().Equal("resync", "a");
        for (var i = 0; i < 100; i++)
        {
            application.Notifications.NotifySoon("hot", "b");
            application.Notifications.NotifySoon("hot", "c");
        }

        heard.TryNext(out _).Should().BeFalse("a statement has just gone");
        _time.Advance(TimeSpan.FromMilliseconds(20));
        (await heard.NextAsync(2)).Should().Equal("b", "c");
        _time.Advance(TimeSpan.FromMilliseconds(20));
        application.Notifications.NotifySoon("hot", "d");
        (await heard.NextAsync()).Should().Be("d");
    }

    [Fact]
    public async Task What_waits_to_be_sent_goes_when_the_application_ends()
    {
        await using var listening = New();
        var heard = await Heard.OnAsync(listening, "last");
        await using (var ending = New(fakeTime: true))
        {
            ending.Notifications.NotifySoon("last", "first");
            (await heard.NextAsync(2)).Should().Equal("resync", "first");
            ending.Notifications.NotifySoon("last", "words");
        }

        (await heard.NextAsync()).Should().Be("words");
    }

    [Fact]
    public async Task All_subscriptions_share_one_connection_that_closes_with_the_last()
    {
        await using var application = New();
        await application.ScalarAsync<int>("SELECT 1");
        await Eventually.HoldsAsync("the connections of the tests before are gone", async () => await ListenersAsync(application) == 0);

        var subscriptions = await Task.WhenAll(Enumerable.Range(0, 64).Select(i => application.Notifications.SubscribeAsync($"channel_{i % 16}", (_, _) => ValueTask.CompletedTask, Ct).AsTask()));

        (await ListenersAsync(application)).Should().Be(1);
        await Task.WhenAll(subscriptions.Select(s => s.DisposeAsync().AsTask()));
        await Eventually.HoldsAsync("the listening connection is closed", async () => await ListenersAsync(application) == 0);
        (await (await Heard.OnAsync(application, "channel_1")).NextAsync()).Should().Be("resync");
    }

    [Fact]
    public async Task A_subscription_that_is_disposed_hears_no_more_and_its_channel_goes_on_for_others()
    {
        await using var application = New();
        var (left, stayed) = (new Heard(), new Heard());
        var leaving = await application.Notifications.SubscribeAsync("shared", left.HandleAsync, Ct);
        await application.Notifications.SubscribeAsync("shared", stayed.HandleAsync, Ct);
        (await left.NextAsync()).Should().Be("resync");

        await leaving.DisposeAsync();
        application.Notifications.NotifySoon("shared", "after");

        (await stayed.NextAsync(2)).Should().Equal("resync", "after");
        left.TryNext(out _).Should().BeFalse();
    }

    [Fact]
    public async Task A_handler_may_end_its_own_subscription()
    {
        await using var application = New();
        var ended = new TaskCompletionSource();
        IAsyncDisposable? subscription = null;
        subscription = await application.Notifications.SubscribeAsync("once", async (notification, _) =>
        {
            if (notification.IsResync)
                return;
            await subscription!.DisposeAsync();
            ended.SetResult();
        }, Ct);

        application.Notifications.NotifySoon("once", "now");

        await ended.Task.WaitAsync(Ct);
    }

    [Fact]
    public async Task Handlers_of_one_subscription_run_one_at_a_time_and_one_that_throws_is_logged_and_gets_a_resync()
    {
        await using var application = New(fakeTime: true);
        var heard = new Heard();
        var running = 0;
        await application.Notifications.SubscribeAsync("failing", async (notification, ct) =>
        {
            Interlocked.Increment(ref running).Should().Be(1);
            await Task.Yield();
            Interlocked.Decrement(ref running);
            await heard.HandleAsync(notification, ct);
            if (notification.Payload == "2")
                throw new FormatException("planted");
        }, Ct);

        await application.ExecuteAsync("SELECT pg_notify('failing', i::text) FROM generate_series(1, 3) i");

        (await heard.NextAsync(4)).Should().Equal("resync", "1", "2", "3");
        application.Logged.Should().ContainSingle(l => l.Contains("handler of notifications")).Which.Should().StartWith("Error").And.Contain("failing").And.Contain("planted");
        _time.Advance(TimeSpan.FromSeconds(5));
        (await heard.NextAsync()).Should().Be("resync");
    }

    [Fact]
    [Guarantee("Postgres", 17)]
    public async Task A_handler_that_falls_behind_reads_the_state_instead_of_what_it_missed()
    {
        await using var application = New();
        var (heard, started, released) = (new Heard(), new TaskCompletionSource(), new TaskCompletionSource());
        await application.Notifications.SubscribeAsync("flood", async (notification, ct) =>
        {
            started.TrySetResult();
            await released.Task;
            await heard.HandleAsync(notification, ct);
        }, Ct);
        var marker = await Heard.OnAsync(application, "marker");
        await started.Task.WaitAsync(Ct);

        await application.ExecuteAsync("SELECT pg_notify('flood', i::text) FROM generate_series(1, 1100) i; SELECT pg_notify('marker', 'sent')");
        (await marker.NextAsync(2)).Should().Equal("resync", "sent");
        released.SetResult();

        (await heard.NextAsync(77)).Should().Equal(["resync", "resync", .. Enumerable.Range(1026, 75).Select(i => $"{i}")]);
        application.Logged.Should().ContainSingle(l => l.Contains("waited for a handler")).Which.Should().Contain("flood");
    }

    [Fact]
    public async Task A_resync_comes_at_every_interval_although_nothing_was_missed()
    {
        await using var application = New(fakeTime: true, configure: o => o.ResyncInterval = TimeSpan.FromSeconds(10));
        var heard = await Heard.OnAsync(application, "quiet");
        (await heard.NextAsync()).Should().Be("resync");

        _time.Advance(TimeSpan.FromSeconds(8.9));
        heard.TryNext(out _).Should().BeFalse();
        _time.Advance(TimeSpan.FromSeconds(1.1));

        (await heard.NextAsync()).Should().Be("resync");
        application.Logged.Should().NotContain(l => l.Contains("lost"));
    }

    [Fact]
    public async Task A_handler_sees_nothing_of_its_subscribers_context()
    {
        await using var application = New();
        var tenant = new AsyncLocal<string?> { Value = "somebody" };
        var seen = new TaskCompletionSource<string?>();

        await application.Notifications.SubscribeAsync("context", (_, _) => { seen.TrySetResult(tenant.Value); return ValueTask.CompletedTask; }, Ct);

        (await seen.Task.WaitAsync(Ct)).Should().BeNull();
    }

    [Fact]
    public async Task The_largest_payload_arrives_whole()
    {
        await using var application = New();
        var payload = string.Concat(Enumerable.Repeat("ü", 3_999)) + "x";
        var heard = await Heard.OnAsync(application, "large");

        application.Notifications.NotifySoon("large", payload);

        (await heard.NextAsync(2)).Should().Equal("resync", payload);
    }

    [Theory]
    [InlineData("Orders", "x", "*'Orders' is not a channel's name*^[a-z_]*")]
    [InlineData("a; DROP TABLE b", "x", "*is not a channel's name*")]
    [InlineData("orders\n", "x", "*is not a channel's name*")]
    [InlineData("", "x", "*is not a channel's name*")]
    [InlineData("orders", "a\0b", "*U+0000*")]
    public async Task A_channel_or_payload_that_PostgreSQL_would_refuse_is_refused_first(string channel, string payload, string message)
    {
        await using var application = New();
        await using var connection = await application.Postgres.DataSource.OpenConnectionAsync(Ct);
        await using var transaction = await connection.BeginTransactionAsync(Ct);

        application.Notifications.Invoking(n => n.NotifySoon(channel, payload)).Should().Throw<ArgumentException>().WithMessage(message);
        await application.Notifications.Awaiting(n => n.NotifyAsync(transaction, channel, payload, Ct).AsTask()).Should().ThrowAsync<ArgumentException>().WithMessage(message);
        if (channel != "orders")
            await application.Notifications.Awaiting(n => n.SubscribeAsync(channel, (_, _) => ValueTask.CompletedTask, Ct).AsTask()).Should().ThrowAsync<ArgumentException>().WithMessage(message);
    }

    [Fact]
    public async Task A_payload_over_the_limit_or_not_Unicode_is_refused_with_the_limit_and_a_remedy()
    {
        await using var application = New();

        application.Notifications.Invoking(n => n.NotifySoon("large", "a\ud800")).Should().Throw<ArgumentException>().WithMessage("*surrogate*");
        application.Notifications.Invoking(n => n.NotifySoon("large", new string('x', 8_000))).Should().Throw<ArgumentException>().WithMessage("*8,000 bytes*7,999*send its key*");
    }

    [Fact]
    public async Task A_finished_transaction_cannot_notify()
    {
        await using var application = New();
        await using var connection = await application.Postgres.DataSource.OpenConnectionAsync(Ct);
        await using var transaction = await connection.BeginTransactionAsync(Ct);
        await transaction.CommitAsync(Ct);

        await application.Notifications.Awaiting(n => n.NotifyAsync(transaction, "orders", "x", Ct).AsTask()).Should().ThrowAsync<ArgumentException>().WithMessage("*finished*");
    }

    private Application New(bool fakeTime = false, Action<PostgresOptions>? configure = null) => new(
        connectionString(),
        o => { o.SessionConnectionString = session(); configure?.Invoke(o); },
        services => services.AddSingleton<TimeProvider>(fakeTime ? _time : TimeProvider.System));

    private static Task<long> ListenersAsync(Application application) =>
        application.ScalarAsync<long>("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'");
}
