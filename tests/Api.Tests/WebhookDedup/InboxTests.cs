using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Patterns.WebhookDedup;
using static Api.Tests.WebhookDedup.Application;

namespace Api.Tests.WebhookDedup;

/// <summary>Looking at stored events, driving them again, and importing them. Each test has an inbox of its own.</summary>
public sealed class InboxTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact, Guarantee("WebhookDedup", 19)]
    public async Task Dead_and_failed_events_are_driven_again_and_done_ones_only_by_force()
    {
        await using var own = await database.NewAsync();
        var fails = true;
        var handling = new Handling((work, _) => fails && work.Event.Position is 1 or 2 ? throw new TimeoutException() : Handling.EffectAsync(work));
        await using var application = await handling.StartAsync(own.ConnectionString);
        WebhookEvent dead = Event() with { Position = 1 }, failed = Event() with { Position = 2 }, done = Event(), fresh = Event() with { Source = "github" };
        foreach (var webhookEvent in new[] { dead, failed, done, fresh }) await application.ReceiveAsync(webhookEvent);
        await application.ExecuteAsync($"UPDATE patterns.webhook_dedup_events SET attempts = 11 WHERE event_id = '{dead.Id}'");
        await application.DrainAsync();
        (await application.StoredAsync(dead)).State.Should().Be(WebhookState.Dead);
        fails = false;

        (await application.Inbox.RedriveAsync(new(), "ada", ct: Ct)).Should().Be(2);
        await application.DrainAsync();
        foreach (var webhookEvent in new[] { dead, failed })
            (await application.StoredAsync(webhookEvent)).Should().Match<StoredWebhook>(s => s.State == WebhookState.Done && s.Attempts == 1 && s.Redrives == 1 && s.RedrivenBy == "ada");
        (await application.StoredAsync(done)).Redrives.Should().Be(0);

        (await application.Inbox.RedriveAsync(new() { EventId = done.Id }, "bob", force: true, Ct)).Should().Be(1);
        await application.DrainAsync();
        (await application.EffectsOfAsync(done)).Should().Be(2, "it was forced");
        handling.Seen[^1].Should().Match<WebhookWork>(w => w.Event.Id == done.Id && w.IsRedrive);
        (await application.StoredAsync(fresh)).Should().Match<StoredWebhook>(s => s.State == WebhookState.Pending && s.Redrives == 0);
    }

    [Fact, Guarantee("WebhookDedup", 19)]
    public async Task Thousands_are_driven_again_in_chunks_up_to_ten_thousand_a_call()
    {
        await using var own = await database.NewAsync();
        await using var application = await new Handling().StartAsync(own.ConnectionString);
        await application.ReceiveAsync(Event()); // makes the partition of today
        await application.ExecuteAsync(
            """
            INSERT INTO patterns.webhook_dedup_events (tenant_id, receipt_id, received_at, source, event_id, payload, state, attempts, next_at)
            SELECT CASE i % 3 WHEN 0 THEN 'a' WHEN 1 THEN 'é' ELSE 'Z' END, gen_random_uuid(), now(), 'stripe', 'e' || i, '', 'dead', 12, now() FROM generate_series(1, 10700) i
            """);

        (await application.Inbox.RedriveAsync(new() { State = WebhookState.Dead }, "ada", ct: Ct)).Should().Be(10_000);
        (await application.Inbox.RedriveAsync(new() { State = WebhookState.Dead }, "ada", ct: Ct)).Should().Be(700);
        (await application.Inbox.RedriveAsync(new() { State = WebhookState.Dead }, "ada", ct: Ct)).Should().Be(0);
        (await application.ScalarAsync<long>("SELECT count(*) FROM patterns.webhook_dedup_events WHERE redrives = 1 AND attempts = 0 AND state = 'pending'")).Should().Be(10_700);
    }

    [Fact]
    public async Task What_cannot_be_driven_again_is_refused_by_name()
    {
        await using var own = await database.NewAsync();
        await using var application = await StartAsync(own.ConnectionString);
        foreach (var state in new[] { WebhookState.Done, WebhookState.Ignored, WebhookState.Superseded })
            (await Refused(() => application.Inbox.RedriveAsync(new() { State = state }, "ada", ct: Ct))).Should().Contain("force").And.Contain(state.ToString().ToLowerInvariant());
        (await Refused(() => application.Inbox.RedriveAsync(new() { State = WebhookState.Leased }, "ada", force: true, Ct))).Should().Contain("leased");
        (await Refused(() => application.Inbox.RedriveAsync(new(), "", ct: Ct))).Should().Contain("1 to 200");
        (await Refused(() => application.Inbox.FindAsync("_", "stripe", new string('i', 201), Ct))).Should().Contain("1 to 200");

        static async Task<string> Refused(Func<Task> call) => (await call.Should().ThrowAsync<ArgumentException>()).Which.Message;
    }

    [Fact, Guarantee("WebhookDedup", 19)]
    public async Task A_delivery_of_a_dead_event_revives_it_where_its_source_says_so()
    {
        await using var own = await database.NewAsync();
        await using var reviving = await new Handling().StartAsync(own.ConnectionString, o => o.Source("stripe", s => s.RedeliveryRevivesDead = true));
        await using var not = await new Handling().StartAsync(own.ConnectionString);
        var webhookEvent = Event();
        await not.ReceiveAsync(webhookEvent);
        await not.ExecuteAsync("UPDATE patterns.webhook_dedup_events SET state = 'dead', attempts = 12, done_at = now()");

        (await not.ReceiveAsync(webhookEvent)).Outcome.Should().Be(ClaimOutcome.Duplicate);
        (await not.StoredAsync(webhookEvent)).State.Should().Be(WebhookState.Dead);
        (await reviving.ReceiveAsync(webhookEvent)).Outcome.Should().Be(ClaimOutcome.Duplicate);
        await reviving.DrainAsync();
        (await not.StoredAsync(webhookEvent)).Should().Match<StoredWebhook>(s => s.State == WebhookState.Done && s.Attempts == 1);
    }

    [Fact, Guarantee("WebhookDedup", 20)]
    public async Task Imported_events_go_the_same_way_and_known_ones_are_duplicates()
    {
        await using var own = await database.NewAsync();
        await using var application = await new Handling().StartAsync(own.ConnectionString);
        var known = Event();
        await application.DeliverAsync(known);
        var missed = Enumerable.Range(0, 100).Select(_ => Event()).ToList();

        var summary = await application.Inbox.ImportAsync(missed.Append(known).Append(known with { Payload = new byte[] { 1 } }).Append(missed[7]).ToAsyncEnumerable(), Ct);
        await application.DrainAsync();

        summary.Should().Be(new ImportSummary(New: 100, Duplicates: 2, InFlight: 0, PayloadMismatches: 1));
        (await application.ScalarAsync<long>("SELECT count(*) FROM effects")).Should().Be(101);
    }

    [Fact]
    public async Task Events_are_listed_by_state_source_type_and_time_newest_first_and_page_by_page()
    {
        await using var own = await database.NewAsync();
        await using var application = await StartAsync(own.ConnectionString);
        var events = new List<WebhookEvent>();
        for (var i = 0; i < 7; i++)
        {
            events.Add(Event($"evt_{i}") with { Tenant = i < 5 ? "b" : "a", Source = i == 1 ? "github" : "stripe", Type = i == 2 ? null : "invoice.paid" });
            await application.ReceiveAsync(events[i]);
            // Events of one millisecond are listed in any order.
            var millisecond = Guid.CreateVersion7().ToString()[..13];
            await Eventually.HoldsAsync("the next millisecond", () => Guid.CreateVersion7().ToString()[..13] != millisecond);
        }

        await application.ExecuteAsync("UPDATE patterns.webhook_dedup_events SET state = 'dead' WHERE event_id IN ('evt_3', 'evt_6')");
        var third = await application.StoredAsync(events[3]);
        third.Payload.Length.Should().Be(2);

        (await ListAsync(new())).Should().Equal("evt_4", "evt_3", "evt_2", "evt_1", "evt_0", "evt_6", "evt_5");
        (await ListAsync(new() { Tenant = "b" })).Should().Equal("evt_4", "evt_3", "evt_2", "evt_1", "evt_0");
        (await ListAsync(new() { State = WebhookState.Dead })).Should().Equal("evt_3", "evt_6");
        (await ListAsync(new() { Source = "github" })).Should().Equal("evt_1");
        (await ListAsync(new() { Type = "invoice.paid", Tenant = "b" })).Should().Equal("evt_4", "evt_3", "evt_1", "evt_0");
        (await ListAsync(new() { EventId = "evt_5" })).Should().Equal("evt_5");
        (await ListAsync(new() { ReceivedFrom = third.ReceivedAt })).Should().Equal("evt_4", "evt_3", "evt_6", "evt_5");
        (await ListAsync(new() { ReceivedBefore = third.ReceivedAt })).Should().Equal("evt_2", "evt_1", "evt_0");
        (await ListAsync(new() { After = third })).Should().Equal("evt_2", "evt_1", "evt_0", "evt_6", "evt_5");
        (await application.Inbox.FindAsync("b", "stripe", "evt_none", Ct)).Should().BeNull();

        await application.ExecuteAsync("INSERT INTO patterns.webhook_dedup_events (tenant_id, receipt_id, received_at, source, event_id, payload, state, next_at) SELECT 'c', gen_random_uuid(), now(), 's', 'e' || i, '', 'done', now() FROM generate_series(1, 1001) i");
        (await ListAsync(new() { Tenant = "c" })).Should().HaveCount(1001).And.OnlyHaveUniqueItems();

        async Task<List<string>> ListAsync(WebhookFilter filter) => await application.Inbox.ListAsync(filter, Ct).Select(stored => stored.EventId).ToListAsync(Ct);
    }

    [Fact]
    public async Task Health_is_degraded_when_events_wait_too_long_or_died_lately()
    {
        await using var own = await database.NewAsync();
        await using var application = await new Handling().StartAsync(own.ConnectionString, register: services => services.AddHealthChecks());
        var health = application.Services.GetRequiredService<HealthCheckService>();
        await application.ReceiveAsync(Event());
        (await CheckAsync()).Should().Match<HealthReportEntry>(e => e.Status == HealthStatus.Healthy && (long)e.Data["pending"] == 1);

        await using var later = await new Handling().StartAsync(Handling.Later(own.ConnectionString, TimeSpan.FromMinutes(6)), register: services => services.AddHealthChecks());
        (await CheckAsync(later)).Should().Match<HealthReportEntry>(e => e.Status == HealthStatus.Degraded && e.Description!.Contains("1 webhook events wait") && e.Tags.Contains("patterns"));

        await application.ExecuteAsync("UPDATE patterns.webhook_dedup_events SET state = 'dead', done_at = now()");
        (await CheckAsync()).Should().Match<HealthReportEntry>(e => e.Status == HealthStatus.Degraded && e.Description!.Contains("died"));
        await application.ExecuteAsync("UPDATE patterns.webhook_dedup_events SET done_at = now() - interval '61 minutes'");
        (await CheckAsync()).Status.Should().Be(HealthStatus.Healthy);

        async Task<HealthReportEntry> CheckAsync(Application? other = null) =>
            (await (other?.Services.GetRequiredService<HealthCheckService>() ?? health).CheckHealthAsync(r => r.Name == "patterns_webhook_dedup", Ct)).Entries["patterns_webhook_dedup"];
    }

    [Fact]
    public async Task What_stands_in_the_inbox_and_what_becomes_of_attempts_is_measured()
    {
        await using var own = await database.NewAsync();
        var source = $"source-{Guid.CreateVersion7():N}";
        var outcomes = new System.Collections.Concurrent.ConcurrentQueue<object?>();
        var gauges = new System.Collections.Concurrent.ConcurrentDictionary<string, double>(StringComparer.Ordinal);
        using var listener = new System.Diagnostics.Metrics.MeterListener { InstrumentPublished = static (instrument, l) => { if (instrument.Meter.Name == "Patterns.WebhookDedup") l.EnableMeasurementEvents(instrument); } };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
        {
            if (instrument.Name.EndsWith("attempts", StringComparison.Ordinal) && tags[0].Value is string s && s == source) outcomes.Enqueue(tags[1].Value);
            if (tags.Length == 0 && value > 1_000) gauges[instrument.Name] = value;
        });
        listener.Start();
        await using var application = await new Handling().StartAsync(own.ConnectionString, o => o.Handle<Handling.Handler>(source, "invoice.*"));
        await application.ReceiveAsync(Event() with { Source = source });
        await application.ReceiveAsync(Event() with { Source = source, Type = "other" });
        await application.DrainAsync();
        outcomes.Should().BeEquivalentTo(["done", "ignored"]);

        // Numbers that no other test has.
        await application.ExecuteAsync(
            """
            INSERT INTO patterns.webhook_dedup_events (tenant_id, receipt_id, received_at, source, event_id, payload, state, next_at)
            SELECT '_', gen_random_uuid(), now(), 's', 'e' || i, '', CASE WHEN i <= 1234 THEN 'pending' ELSE 'dead' END, now() FROM generate_series(1, 3333) i
            """);
        var upkeep = application.Services.GetServices<Microsoft.Extensions.Hosting.IHostedService>().Single(service => service.GetType().Name == "UpkeepService");
        await upkeep.StartAsync(Ct);
        await Eventually.HoldsAsync("the inbox is measured", () => gauges.GetValueOrDefault("patterns.webhook_dedup.pending") == 1_234 && gauges.GetValueOrDefault("patterns.webhook_dedup.dead") == 2_099);
        await upkeep.StopAsync(Ct);
    }

    [Fact]
    public async Task Missing_tables_are_named_with_the_way_to_make_them()
    {
        await using var empty = await database.NewAsync();
        await using var application = await StartAsync(empty.ConnectionString, o => o.Handle<Handling.Handler>("stripe", "*"), install: false);
        foreach (var call in new Func<Task>[]
        {
            () => application.ReceiveAsync(Event()), () => application.DrainAsync(), () => application.Inbox.FindAsync("_", "stripe", "evt_1", Ct), () => application.Inbox.RedriveAsync(new(), "ada", ct: Ct),
        })
            (await call.Should().ThrowAsync<InvalidOperationException>()).WithMessage("*ISchema.ApplyAsync()*");
    }

    [Fact]
    public async Task A_payload_that_is_too_large_to_be_stored_is_refused()
    {
        await using var application = await StartAsync(database.ConnectionString, o => o.MaxPayloadBytes = 10);
        (await FluentActions.Awaiting(() => application.ReceiveAsync(Event(payload: "0123456789+"))).Should().ThrowAsync<ArgumentException>()).WithMessage("*11 bytes*MaxPayloadBytes is 10*");
        (await application.ReceiveAsync(Event(payload: "0123456789"))).Outcome.Should().Be(ClaimOutcome.New);
    }
}
