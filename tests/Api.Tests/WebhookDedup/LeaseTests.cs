using Microsoft.Extensions.DependencyInjection;
using Patterns.WebhookDedup;
using static Api.Tests.WebhookDedup.Application;

namespace Api.Tests.WebhookDedup;

/// <summary>Leases, attempts, and when they come again. Each test has an inbox of its own.</summary>
public sealed class LeaseTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private static readonly TimeSpan[] Schedule = [.. new[] { 10, 20, 40, 80, 160, 320, 640, 1280, 2560, 3600, 3600 }.Select(seconds => TimeSpan.FromSeconds(seconds))];

    [Fact, Guarantee("WebhookDedup", 16)]
    public async Task A_handler_that_outlives_its_lease_has_no_effect_beside_the_one_that_came_after_it()
    {
        await using var own = await database.NewAsync();
        TaskCompletionSource began = new(), goOn = new();
        var slow = new Handling(async (work, _) =>
        {
            await Handling.EffectAsync(work);
            began.SetResult();
            await goOn.Task;
            return WebhookResult.Done;
        });
        await using var one = await slow.StartAsync(own.ConnectionString);
        await using var other = await new Handling().StartAsync(Handling.Later(own.ConnectionString, TimeSpan.FromMinutes(6)));
        var webhookEvent = Event();
        await one.ReceiveAsync(webhookEvent);
        var outlived = one.DrainAsync();
        await began.Task;

        (await other.DrainAsync()).Should().Be(1);
        (await one.StoredAsync(webhookEvent)).Should().Match<StoredWebhook>(s => s.State == WebhookState.Done && s.Attempts == 2);
        goOn.SetResult();
        await outlived;

        (await one.EffectsOfAsync(webhookEvent)).Should().Be(1);
        one.Log.Count(13).Should().Be(1);
    }

    [Fact, Guarantee("WebhookDedup", 16)]
    public async Task A_handler_is_told_to_stop_five_seconds_before_its_lease_ends()
    {
        await using var own = await database.NewAsync();
        var time = new FakeTime();
        var began = new TaskCompletionSource();
        var handling = new Handling(async (_, ct) =>
        {
            began.SetResult();
            await new TaskCompletionSource().Task.WaitAsync(ct);
            return WebhookResult.Done;
        });
        await using var application = await handling.StartAsync(own.ConnectionString, register: services => services.AddSingleton<TimeProvider>(time));
        var webhookEvent = Event();
        await application.ReceiveAsync(webhookEvent);
        var drained = application.DrainAsync();
        await began.Task;

        time.Advance(TimeSpan.FromSeconds(294));
        drained.IsCompleted.Should().BeFalse();
        time.Advance(TimeSpan.FromSeconds(1));
        await drained;

        (await application.StoredAsync(webhookEvent)).Should().Match<StoredWebhook>(s => s.State == WebhookState.Pending && s.Attempts == 1 && s.Error!.Contains("5 s before the end of its lease"));
    }

    [Fact, Guarantee("WebhookDedup", 16)]
    public async Task What_is_cancelled_is_given_back_and_was_no_attempt()
    {
        await using var own = await database.NewAsync();
        using var stop = new CancellationTokenSource();
        var handling = new Handling(async (_, ct) =>
        {
            await stop.CancelAsync();
            await new TaskCompletionSource().Task.WaitAsync(ct);
            return WebhookResult.Done;
        });
        await using var application = await handling.StartAsync(own.ConnectionString, o => o.HandlersAtOnce = 1);
        WebhookEvent[] events = [Event(), Event(), Event()];
        foreach (var webhookEvent in events) await application.ReceiveAsync(webhookEvent);

        await FluentActions.Awaiting(() => application.Inbox.DrainOnceAsync(stop.Token)).Should().ThrowAsync<OperationCanceledException>();

        foreach (var webhookEvent in events) (await application.StoredAsync(webhookEvent)).Should().Match<StoredWebhook>(s => s.State == WebhookState.Pending && s.Attempts == 0 && s.Error == null);
        handling.Seen.Should().ContainSingle();
    }

    [Fact, Guarantee("WebhookDedup", 14)]
    public async Task A_failing_event_comes_again_after_10_s_doubling_to_an_hour_and_is_dead_after_12_attempts()
    {
        await using var own = await database.NewAsync();
        await using var application = await new Handling((_, _) => throw new TimeoutException("no answer")).StartAsync(own.ConnectionString);
        var webhookEvent = Event();
        await application.ReceiveAsync(webhookEvent);
        foreach (var (after, attempt) in Schedule.Select((after, index) => (after, index + 1)))
        {
            (await application.DrainAsync()).Should().Be(1);
            var wait = TimeSpan.FromSeconds((double)await application.ScalarAsync<decimal>("SELECT extract(epoch FROM next_at - statement_timestamp()) FROM patterns.webhook_dedup_events"));
            wait.Should().BeGreaterThan((after * 0.8) - TimeSpan.FromSeconds(5)).And.BeLessThan(after * 1.2);
            (await application.StoredAsync(webhookEvent)).Should().Match<StoredWebhook>(s => s.State == WebhookState.Pending && s.Attempts == attempt);
            await MakeDueAsync(application);
        }

        await application.DrainAsync();

        (await application.StoredAsync(webhookEvent)).Should().Match<StoredWebhook>(s => s.State == WebhookState.Dead && s.Attempts == 12 && s.Error!.Contains("no answer") && s.SettledAt != null);
        application.Log.Count(11).Should().Be(1);
        (await application.DrainAsync()).Should().Be(0);
    }

    [Fact, Guarantee("WebhookDedup", 14)]
    public async Task Twenty_deferrals_are_no_attempt_and_the_next_one_is()
    {
        await using var own = await database.NewAsync();
        await using var application = await new Handling((_, _) => Task.FromResult(WebhookResult.Defer(TimeSpan.FromHours(1)))).StartAsync(own.ConnectionString);
        var webhookEvent = Event();
        await application.ReceiveAsync(webhookEvent);
        for (var i = 0; i < 20; i++)
        {
            await application.DrainAsync();
            await MakeDueAsync(application);
        }

        (await application.StoredAsync(webhookEvent)).Should().Match<StoredWebhook>(s => s.Attempts == 0 && s.Deferrals == 20 && s.Error == null);
        await application.DrainAsync();
        (await application.StoredAsync(webhookEvent)).Should().Match<StoredWebhook>(s => s.State == WebhookState.Pending && s.Attempts == 1 && s.Error!.Contains("20 deferrals"));
    }

    [Fact, Guarantee("WebhookDedup", 17)]
    public async Task An_event_whose_leases_ran_out_runs_alone_and_is_dead_when_they_were_twelve()
    {
        await using var own = await database.NewAsync();
        var running = 0;
        var beside = new System.Collections.Concurrent.ConcurrentDictionary<string, int>(StringComparer.Ordinal);
        var handling = new Handling(async (work, _) =>
        {
            beside[work.Event.Id] = Interlocked.Increment(ref running);
            await Handling.EffectAsync(work);
            Interlocked.Decrement(ref running);
            return WebhookResult.Done;
        });
        await using var application = await handling.StartAsync(own.ConnectionString);
        var events = Enumerable.Range(0, 20).Select(_ => Event()).ToArray();
        foreach (var webhookEvent in events) await application.ReceiveAsync(webhookEvent);
        await application.ExecuteAsync($"UPDATE patterns.webhook_dedup_events SET state = 'leased', attempts = 3 WHERE event_id = '{events[10].Id}'");
        await application.ExecuteAsync($"UPDATE patterns.webhook_dedup_events SET state = 'leased', attempts = 12 WHERE event_id = '{events[5].Id}'");

        await application.DrainAsync();

        beside[events[10].Id].Should().Be(1);
        (await application.StoredAsync(events[10])).Should().Match<StoredWebhook>(s => s.State == WebhookState.Done && s.Attempts == 4);
        (await application.StoredAsync(events[5])).Should().Match<StoredWebhook>(s => s.State == WebhookState.Dead && s.Attempts == 12 && s.Error!.Contains("lease of attempt 12 ran out"));
        (await application.EffectsOfAsync(events[5])).Should().Be(0);
        application.Log.Count(12).Should().Be(1);
        (await application.ScalarAsync<long>("SELECT count(*) FROM effects")).Should().Be(19);
    }

    [Fact, Guarantee("WebhookDedup", 12)]
    public async Task An_event_that_was_stored_after_its_first_attempt_failed_is_retried()
    {
        await using var own = await database.NewAsync();
        var handling = new Handling();
        await using var application = await handling.StartAsync(own.ConnectionString, o => o.Source("stripe", s => s.OnFailure = HandlerFailurePolicy.StoreAndRetry));
        var webhookEvent = Event();
        await application.Dedup.RunOnceAsync(webhookEvent, (_, _) => throw new TimeoutException("no answer"), TestContext.Current.CancellationToken);
        (await application.DrainAsync()).Should().Be(0);
        await MakeDueAsync(application);

        await application.DrainAsync();

        (await application.StoredAsync(webhookEvent)).Should().Match<StoredWebhook>(s => s.State == WebhookState.Done && s.Attempts == 2);
        (await application.EffectsOfAsync(webhookEvent)).Should().Be(1);
    }

    [Fact, Guarantee("WebhookDedup", 18)]
    public async Task A_source_without_handlers_here_is_left_to_other_processes()
    {
        await using var own = await database.NewAsync();
        await using var receiving = await StartAsync(own.ConnectionString);
        await using var working = await new Handling().StartAsync(own.ConnectionString);
        WebhookEvent one = Event(), foreign = Event() with { Source = "github" };
        await receiving.ReceiveAsync(one);
        await receiving.ReceiveAsync(foreign);

        (await receiving.DrainAsync()).Should().Be(0);
        (await working.DrainAsync()).Should().Be(1);

        (await receiving.StoredAsync(one)).State.Should().Be(WebhookState.Done);
        (await receiving.StoredAsync(foreign)).State.Should().Be(WebhookState.Pending);
    }

    private static Task MakeDueAsync(Application application) => application.ExecuteAsync("UPDATE patterns.webhook_dedup_events SET next_at = statement_timestamp() WHERE state = 'pending'");
}
