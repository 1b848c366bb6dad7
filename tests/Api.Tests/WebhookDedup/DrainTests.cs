using Patterns.WebhookDedup;
using static Api.Tests.WebhookDedup.Application;

namespace Api.Tests.WebhookDedup;

/// <summary>Events that are received now and worked on later, on a direct connection and through a pooler.</summary>
public abstract class DrainTests(Func<string> connectionString)
{
    [Fact, Guarantee("WebhookDedup", 13)]
    public async Task A_received_event_is_durable_before_it_is_answered_and_runs_once()
    {
        var handling = new Handling();
        await using var application = await handling.StartAsync(connectionString());
        var webhookEvent = Event(payload: "the body") with { Tenant = "acme", OccurredAt = DateTimeOffset.UnixEpoch, OrderingKey = "in_1", Position = 7 };

        var receipt = await application.ReceiveAsync(webhookEvent);
        receipt.Should().Match<WebhookReceipt>(r => r.Outcome == ClaimOutcome.New && r.Stored && r.Deliveries == 1 && r.HttpStatus == 200);
        (await application.StoredAsync(webhookEvent)).Should().Match<StoredWebhook>(s => s.State == WebhookState.Pending && s.Attempts == 0 && s.ReceiptId == receipt.ReceiptId && s.ReceivedAt == receipt.FirstReceivedAt);
        (await application.ReceiveAsync(webhookEvent)).Should().Be(receipt with { Outcome = ClaimOutcome.Duplicate, Deliveries = 2 });
        (await application.ReceiveAsync(webhookEvent with { Payload = new byte[] { 1 } })).Outcome.Should().Be(ClaimOutcome.PayloadMismatch);
        (await application.DeliverAsync(webhookEvent)).Should().Match<WebhookReceipt>(r => r.Outcome == ClaimOutcome.Duplicate && r.Stored);

        await DrainAsync(application, webhookEvent);

        (await application.EffectsOfAsync(webhookEvent)).Should().Be(1);
        var work = handling.Seen.Should().ContainSingle(w => w.Event.Id == webhookEvent.Id).Subject;
        work.Should().Match<WebhookWork>(w => w.ReceiptId == receipt.ReceiptId && w.Attempt == 1 && !w.IsRedrive && !w.IsStale);
        work.Event.Payload.ToArray().Should().Equal(webhookEvent.Payload.ToArray());
        (work.Event with { Payload = webhookEvent.Payload }).Should().Be(webhookEvent);
        (await application.StoredAsync(webhookEvent)).Should().Match<StoredWebhook>(s => s.State == WebhookState.Done && s.Attempts == 1 && s.NextAttemptAt == null && s.SettledAt != null);
        (await application.ReceiveAsync(webhookEvent)).Outcome.Should().Be(ClaimOutcome.Duplicate);
    }

    [Fact, Guarantee("WebhookDedup", 14)]
    public async Task A_handler_that_throws_leaves_nothing_but_its_attempt_and_comes_again_later()
    {
        var handling = new Handling(async (work, _) =>
        {
            await Handling.EffectAsync(work);
            throw new TimeoutException("no answer");
        });
        await using var application = await handling.StartAsync(connectionString());
        var webhookEvent = Event();
        await application.ReceiveAsync(webhookEvent);

        await DrainAsync(application, webhookEvent);

        (await application.EffectsOfAsync(webhookEvent)).Should().Be(0);
        (await application.StoredAsync(webhookEvent)).Should().Match<StoredWebhook>(s => s.State == WebhookState.Pending && s.Attempts == 1 && s.Error == "System.TimeoutException: no answer" && s.SettledAt == null);
        (await application.DrainAsync()).Should().Be(0, "it is not due yet");
        application.Logged.Should().Contain(line => line.StartsWith("Warning: Attempt 1 of event " + webhookEvent.Id));
    }

    [Fact, Guarantee("WebhookDedup", 14)]
    public async Task An_event_whose_type_has_no_handler_is_ignored_at_once()
    {
        await using var application = await new Handling().StartAsync(connectionString());
        var webhookEvent = new WebhookEvent("stripe", Event().Id, "customer.created", default);
        await application.ReceiveAsync(webhookEvent);

        await DrainAsync(application, webhookEvent);

        (await application.StoredAsync(webhookEvent)).Should().Match<StoredWebhook>(s => s.State == WebhookState.Ignored && s.Error!.Contains("no handler"));
    }

    [Fact, Guarantee("WebhookDedup", 14)]
    public async Task What_a_handler_ignores_keeps_its_work_and_what_it_defers_does_not()
    {
        var handling = new Handling(async (work, _) =>
        {
            await Handling.EffectAsync(work);
            return work.Event.Id.EndsWith('i') ? WebhookResult.Ignored("a test event") : WebhookResult.Defer(TimeSpan.FromHours(1));
        });
        await using var application = await handling.StartAsync(connectionString());
        WebhookEvent ignored = Event(Event().Id + "i"), deferred = Event(Event().Id + "d");
        await application.ReceiveAsync(ignored);
        await application.ReceiveAsync(deferred);

        await DrainAsync(application, ignored, deferred);

        (await application.StoredAsync(ignored)).Should().Match<StoredWebhook>(s => s.State == WebhookState.Ignored && s.Error == "a test event");
        (await application.EffectsOfAsync(ignored)).Should().Be(1);
        (await application.StoredAsync(deferred)).Should().Match<StoredWebhook>(s => s.State == WebhookState.Pending && s.Attempts == 0 && s.Deferrals == 1 && s.NextAttemptAt > s.ReceivedAt.AddMinutes(59));
        (await application.EffectsOfAsync(deferred)).Should().Be(0);
    }

    [Fact, Guarantee("WebhookDedup", 14)]
    public async Task A_handler_that_swallows_the_error_of_a_statement_has_failed()
    {
        var handling = new Handling(async (work, ct) =>
        {
            await using var command = new Npgsql.NpgsqlCommand("SELECT 1 / 0", work.Transaction.Connection, work.Transaction);
            await FluentActions.Awaiting(() => command.ExecuteNonQueryAsync(ct)).Should().ThrowAsync<Npgsql.PostgresException>();
            return WebhookResult.Done;
        });
        await using var application = await handling.StartAsync(connectionString());
        var webhookEvent = Event();
        await application.ReceiveAsync(webhookEvent);

        await DrainAsync(application, webhookEvent);

        (await application.StoredAsync(webhookEvent)).Should().Match<StoredWebhook>(s => s.State == WebhookState.Pending && s.Attempts == 1 && s.Error!.Contains("swallowed"));
    }

    [Fact, Guarantee("WebhookDedup", 13)]
    public async Task Two_drains_never_run_one_event_twice()
    {
        var handling = new Handling();
        await using var one = await handling.StartAsync(connectionString());
        await using var other = await handling.StartAsync(connectionString());
        var events = Enumerable.Range(0, 60).Select(_ => Event()).ToArray();
        foreach (var webhookEvent in events) await one.ReceiveAsync(webhookEvent);

        await Task.WhenAll(one.DrainAsync(), other.DrainAsync());

        await DrainAsync(one, events);
        foreach (var webhookEvent in events) (await one.EffectsOfAsync(webhookEvent)).Should().Be(1);
        handling.SeenIds.Where(id => events.Any(e => e.Id == id)).Should().OnlyHaveUniqueItems();
    }

    [Fact, Guarantee("WebhookDedup", 15)]
    public async Task A_later_state_is_not_overwritten_by_an_earlier_one_that_comes_after_it()
    {
        var handling = new Handling();
        await using var application = await handling.StartAsync(connectionString(), o => o.Source("stripe", s => s.Order("invoice.*", WebhookOrdering.LatestWins)));
        var entity = Event().Id;
        WebhookEvent At(long position) => Event() with { OrderingKey = entity, Position = position };
        WebhookEvent later = At(5), earlier = At(3), same = At(5);
        foreach (var webhookEvent in new[] { later, earlier, same })
        {
            await application.ReceiveAsync(webhookEvent);
            await DrainAsync(application, webhookEvent);
        }

        (await application.StoredAsync(earlier)).Should().Match<StoredWebhook>(s => s.State == WebhookState.Superseded && s.Error!.Contains("higher position"));
        (await application.EffectsOfAsync(earlier)).Should().Be(0);
        (await application.StoredAsync(same)).State.Should().Be(WebhookState.Done, "a clock of whole seconds does not say which came first");
        handling.SeenIds.Should().NotContain(earlier.Id);
    }

    /// <summary>Drains until the events were worked on.</summary>
    private static async Task DrainAsync(Application application, params WebhookEvent[] events)
    {
        await Eventually.HoldsAsync("the events were worked on", async () =>
        {
            await application.DrainAsync();
            var stored = await Task.WhenAll(events.Select(application.StoredAsync));
            return stored.All(s => s.State != WebhookState.Leased && (s.State != WebhookState.Pending || s.Attempts + s.Deferrals > 0));
        });
    }
}
