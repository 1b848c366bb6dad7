using System.Text;
using Patterns.WebhookDedup;
using static Api.Tests.WebhookDedup.Application;

namespace Api.Tests.WebhookDedup;

/// <summary>Events that come out of order. Each test has an inbox of its own.</summary>
public sealed class OrderTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    [Fact, Guarantee("WebhookDedup", 15)]
    public async Task A_stale_event_runs_where_its_source_says_so_and_is_told()
    {
        await using var own = await database.NewAsync();
        var handling = new Handling();
        await using var application = await handling.StartAsync(own.ConnectionString, o => o.Source("stripe", s => s.Order("invoice.*", WebhookOrdering.LatestWins, runStale: true)));
        WebhookEvent later = At(5), earlier = At(3);
        foreach (var webhookEvent in new[] { later, earlier })
        {
            await application.ReceiveAsync(webhookEvent);
            await application.DrainAsync();
        }

        handling.Seen.Select(w => (w.Event.Id, w.IsStale)).Should().Equal((later.Id, false), (earlier.Id, true));
    }

    [Fact, Guarantee("WebhookDedup", 15)]
    public async Task In_strict_order_a_later_event_waits_behind_a_failing_one_and_follows_it_at_once()
    {
        await using var own = await database.NewAsync();
        var fails = true;
        var handling = new Handling((work, _) => fails && work.Event.Position == 1 ? throw new TimeoutException() : Handling.EffectAsync(work));
        await using var application = await handling.StartAsync(own.ConnectionString, Strict);
        WebhookEvent third = At(3), first = At(1), second = At(2), other = At(9, "other");
        foreach (var webhookEvent in new[] { third, first, second, other }) await application.ReceiveAsync(webhookEvent);

        await application.DrainAsync();
        (await application.StoredAsync(second)).Should().Match<StoredWebhook>(s => s.State == WebhookState.Pending && s.Attempts == 0);
        (await application.StoredAsync(third)).Should().Match<StoredWebhook>(s => s.State == WebhookState.Pending && s.Attempts == 0);
        (await application.StoredAsync(other)).State.Should().Be(WebhookState.Done, "it is about another entity");

        fails = false;
        await application.ExecuteAsync("UPDATE patterns.webhook_dedup_events SET next_at = statement_timestamp() WHERE position = 1");
        await application.DrainAsync();

        handling.Seen.Where(w => w.Event.OrderingKey == "in_1").Select(w => w.Event.Position).Should().Equal(1, 1, 2, 3);
    }

    [Fact, Guarantee("WebhookDedup", 15)]
    public async Task In_strict_order_a_dead_event_lets_the_next_one_pass_and_a_late_one_is_told()
    {
        await using var own = await database.NewAsync();
        var handling = new Handling((work, _) => work.Event.Position == 2 ? throw new TimeoutException() : Handling.EffectAsync(work));
        await using var application = await handling.StartAsync(own.ConnectionString, Strict);
        WebhookEvent failing = At(2), next = At(3), late = At(1);
        await application.ReceiveAsync(failing);
        await application.ExecuteAsync("UPDATE patterns.webhook_dedup_events SET attempts = 11");
        await application.ReceiveAsync(next);
        await application.DrainAsync();
        (await application.StoredAsync(failing)).State.Should().Be(WebhookState.Dead);
        (await application.StoredAsync(next)).State.Should().Be(WebhookState.Done);

        await application.ReceiveAsync(late);
        await application.DrainAsync();

        handling.Seen[^1].Should().Match<WebhookWork>(w => w.Event.Id == late.Id && w.IsStale);
    }

    [Fact, Guarantee("WebhookDedup", 15)]
    public async Task Two_events_of_one_entity_never_run_at_the_same_time()
    {
        await using var own = await database.NewAsync();
        int running = 0, most = 0;
        var handling = new Handling(async (work, _) =>
        {
            var now = Interlocked.Increment(ref running);
            if (now > most) most = now;
            await Handling.EffectAsync(work);
            Interlocked.Decrement(ref running);
            return WebhookResult.Done;
        });
        await using var one = await handling.StartAsync(own.ConnectionString, o => o.Source("stripe", s => s.Order("*", WebhookOrdering.LatestWins)));
        await using var other = await handling.StartAsync(own.ConnectionString, o => o.Source("stripe", s => s.Order("*", WebhookOrdering.LatestWins)));
        var events = Enumerable.Range(0, 24).Select(_ => At(7)).ToArray();
        foreach (var webhookEvent in events) await one.ReceiveAsync(webhookEvent);

        await Eventually.HoldsAsync("all are done", async () =>
        {
            await Task.WhenAll(one.DrainAsync(), other.DrainAsync());
            return await one.ScalarAsync<long>("SELECT count(*) FROM patterns.webhook_dedup_events WHERE state <> 'done'") == 0;
        });

        most.Should().Be(1);
        (await one.ScalarAsync<long>("SELECT count(*) FROM effects")).Should().Be(24);
    }

    [Fact, Guarantee("WebhookDedup", 15)]
    public async Task A_claim_of_an_event_that_came_too_late_is_stale_and_then_a_duplicate()
    {
        await using var own = await database.NewAsync();
        await using var application = await StartAsync(own.ConnectionString, o => o.Source("stripe", s => s.Order("invoice.*", WebhookOrdering.LatestWins)));
        WebhookEvent later = At(5), earlier = At(3), same = At(5);

        (await application.DeliverAsync(later)).Outcome.Should().Be(ClaimOutcome.New);
        (await application.DeliverAsync(earlier)).Should().Match<WebhookReceipt>(r => r.Outcome == ClaimOutcome.Stale && r.HttpStatus == 200 && r.RetryAfter == null && r.Deliveries == 1);
        (await application.DeliverAsync(earlier)).Outcome.Should().Be(ClaimOutcome.Duplicate);
        (await application.DeliverAsync(same)).Outcome.Should().Be(ClaimOutcome.New);

        (await application.EffectsOfAsync(earlier)).Should().Be(0);
        await using var transaction = await application.BeginAsync();
        (await transaction.ClaimAsync(At(4) with { Id = "evt_1" }, At(6) with { Id = "evt_3" }, At(5) with { Id = "evt_2" }, Event())).Select(r => r.Outcome).Should().Equal([ClaimOutcome.Stale, ClaimOutcome.New, ClaimOutcome.New, ClaimOutcome.New], "claims are made in the order of their keys");
    }

    [Fact, Guarantee("WebhookDedup", 15)]
    public async Task A_claim_beside_an_open_one_of_its_entity_is_in_flight_and_leaves_nothing()
    {
        await using var own = await database.NewAsync();
        await using var application = await StartAsync(own.ConnectionString, o => o.Source("stripe", s => s.Order("*", WebhookOrdering.LatestWins)));
        WebhookEvent one = At(1), two = At(2);
        await using var holder = await application.BeginAsync();
        await holder.ClaimAsync(one);

        (await application.DeliverAsync(two)).Should().Be(new WebhookReceipt(ClaimOutcome.InFlight, Guid.Empty, Stored: false, default, Deliveries: 0));
        await holder.CommitAsync();
        (await application.RedeliverAsync(two)).Outcome.Should().Be(ClaimOutcome.New);
    }

    [Fact, Guarantee("WebhookDedup", 15)]
    public async Task What_the_event_does_not_say_of_its_order_its_source_selects()
    {
        await using var own = await database.NewAsync();
        await using var application = await StartAsync(own.ConnectionString, o => o.Source("stripe", s =>
        {
            s.UseStripe();
            s.Order("invoice.updated", WebhookOrdering.LatestWins);
        }));
        WebhookEvent later = Stripe("evt_later", 20), earlier = Stripe("evt_earlier", 10);

        (await application.DeliverAsync(later)).Outcome.Should().Be(ClaimOutcome.New);
        (await application.DeliverAsync(earlier)).Outcome.Should().Be(ClaimOutcome.Stale);
        (await application.DeliverAsync(earlier with { Id = "evt_own", Position = 30 })).Outcome.Should().Be(ClaimOutcome.New, "what the event says counts before the selector");
        (await application.DeliverAsync(new WebhookEvent("stripe", "evt_paid", "invoice.paid", earlier.Payload))).Outcome.Should().Be(ClaimOutcome.New, "its type is not ordered");

        static WebhookEvent Stripe(string id, int created) =>
            new("stripe", id, "invoice.updated", Encoding.UTF8.GetBytes($$$"""{"id":"{{{id}}}","type":"invoice.updated","created":{{{created}}},"data":{"object":{"id":"in_9"} } }"""));
    }

    [Fact]
    public async Task The_order_of_an_entity_is_forgotten_when_it_had_no_event_for_as_long_as_keys_are_remembered()
    {
        await using var own = await database.NewAsync();
        await using var application = await StartAsync(own.ConnectionString, o => o.Source("stripe", s => s.Order("*", WebhookOrdering.LatestWins)));
        await application.DeliverAsync(At(5, "old"));
        await application.DeliverAsync(At(5, "new"));
        await application.ExecuteAsync("UPDATE patterns.webhook_dedup_order SET applied_at = applied_at - interval '36 days' WHERE ordering_key = 'old'");
        await application.ExecuteAsync("INSERT INTO patterns.webhook_dedup_order SELECT '_', 'stripe', 'many_' || i, 1, now() - interval '36 days' FROM generate_series(1, 1200) i");

        await application.Inbox.MaintainAsync(TestContext.Current.CancellationToken);

        (await application.ScalarAsync<string>("SELECT string_agg(ordering_key, ',') FROM patterns.webhook_dedup_order")).Should().Be("new");
    }

    private static WebhookEvent At(long position, string entity = "in_1") => Event() with { OrderingKey = entity, Position = position };

    private static void Strict(WebhookDedupOptions options) => options.Source("stripe", s => s.Order("invoice.*", WebhookOrdering.Strict));
}
