using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Patterns.WebhookDedup;
using static Api.Tests.WebhookDedup.Application;

namespace Api.Tests.WebhookDedup;

/// <summary>Deliveries that come at the same time and are stored together, on a direct connection and through a pooler.</summary>
public abstract class ReceiveTests(Func<string> connectionString)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact, Guarantee("WebhookDedup", 13)]
    public async Task Of_64_deliveries_of_one_event_at_the_same_time_one_is_new_and_all_are_counted()
    {
        await using var application = await StartAsync(connectionString());
        var webhookEvent = Event();

        var receipts = await TogetherAsync(application, Enumerable.Repeat(webhookEvent, 64));

        receipts.Select(r => r.Outcome).Should().OnlyContain(o => o == ClaimOutcome.New || o == ClaimOutcome.Duplicate).And.ContainSingle(o => o == ClaimOutcome.New);
        receipts.Select(r => r.ReceiptId).Distinct().Should().ContainSingle();
        (await application.ReceiveAsync(webhookEvent)).Deliveries.Should().Be(65);
        (await StoredRowsAsync(application, webhookEvent)).Should().Be(1);
    }

    [Fact, Guarantee("WebhookDedup", 13)]
    public async Task New_known_and_changed_events_of_one_batch_are_each_told_their_own()
    {
        await using var application = await StartAsync(connectionString());
        var known = Enumerable.Range(0, 20).Select(_ => Event()).ToList();
        var first = await Task.WhenAll(known.Select(application.ReceiveAsync));
        var claimed = Event();
        await application.DeliverAsync(claimed);
        var fresh = Enumerable.Range(0, 20).Select(_ => Event()).ToList();
        var otherTenant = known[3] with { Tenant = "acme" };

        var receipts = await TogetherAsync(application, [.. fresh, .. known, known[5] with { Payload = new byte[] { 1 } }, claimed, otherTenant]);

        receipts[..20].Should().OnlyContain(r => r.Outcome == ClaimOutcome.New && r.Stored && r.Deliveries == 1);
        receipts[20..40].Should().Equal(first.Select(r => r with { Outcome = ClaimOutcome.Duplicate, Deliveries = 2 }));
        receipts[40].Outcome.Should().Be(ClaimOutcome.PayloadMismatch);
        receipts[41].Should().Match<WebhookReceipt>(r => r.Outcome == ClaimOutcome.Duplicate && !r.Stored);
        receipts[42].Outcome.Should().Be(ClaimOutcome.New);
        foreach (var one in fresh.Append(otherTenant))
            (await StoredRowsAsync(application, one)).Should().Be(1);
    }

    [Fact, Guarantee("WebhookDedup", 10)]
    public async Task Two_payloads_under_one_id_at_the_same_time_are_one_new_event_and_one_mismatch()
    {
        await using var application = await StartAsync(connectionString());
        var webhookEvent = Event();

        var receipts = await TogetherAsync(application, [webhookEvent, webhookEvent with { Payload = new byte[] { 1 } }, webhookEvent]);

        receipts.Select(r => r.Outcome).Should().Equal(ClaimOutcome.New, ClaimOutcome.PayloadMismatch, ClaimOutcome.Duplicate);
        (await application.ScalarAsync<int>("SELECT mismatches FROM patterns.webhook_dedup_keys WHERE event_id = $1", webhookEvent.Id)).Should().Be(1);
    }

    [Fact, Guarantee("WebhookDedup", 5)]
    public async Task An_event_that_an_open_transaction_has_is_asked_for_again_until_that_ends()
    {
        var time = new FakeTime();
        await using var application = await StartAsync(connectionString(), register: services => services.AddSingleton<TimeProvider>(time));
        var (webhookEvent, stranger) = (Event(), Event());
        await using var open = await application.BeginAsync();
        await open.ClaimAsync(webhookEvent);

        var held = application.ReceiveAsync(webhookEvent);
        (await application.ReceiveAsync(stranger)).Outcome.Should().Be(ClaimOutcome.New, "nobody waits for another's event");
        await open.RollbackAsync();
        await AdvanceUntilAsync(time, held);

        (await held).Outcome.Should().Be(ClaimOutcome.New);
    }

    [Fact, Guarantee("WebhookDedup", 5)]
    public async Task An_event_that_an_open_transaction_keeps_is_in_flight_after_two_seconds()
    {
        var time = new FakeTime();
        await using var application = await StartAsync(connectionString(), register: services => services.AddSingleton<TimeProvider>(time));
        var webhookEvent = Event();
        await using var open = await application.BeginAsync();
        await open.ClaimAsync(webhookEvent);
        var started = time.GetUtcNow();

        var held = application.ReceiveAsync(webhookEvent);
        await AdvanceUntilAsync(time, held);

        (await held).Should().Match<WebhookReceipt>(r => r.Outcome == ClaimOutcome.InFlight && r.HttpStatus == 503 && r.RetryAfter == TimeSpan.FromSeconds(5));
        (time.GetUtcNow() - started).Should().BeGreaterThanOrEqualTo(TimeSpan.FromSeconds(2));
        await open.CommitAsync();
        (await application.ReceiveAsync(webhookEvent)).Outcome.Should().Be(ClaimOutcome.Duplicate);
    }

    [Fact, Guarantee("WebhookDedup", 13)]
    public async Task A_row_that_the_database_refuses_fails_its_own_caller_only()
    {
        await using var application = await StartAsync(connectionString());
        await application.ExecuteAsync("ALTER TABLE patterns.webhook_dedup_events ADD CONSTRAINT no_poison CHECK (type <> 'poison')");
        var events = Enumerable.Range(0, 32).Select(i => i == 17 ? new WebhookEvent("stripe", Event().Id, "poison", default) : Event()).ToList();

        var ends = await Task.WhenAll(events.Select(async e =>
        {
            try { return (object)(await application.ReceiveAsync(e)).Outcome; }
            catch (PostgresException refused) { return refused.SqlState; }
        }));

        ends[17].Should().Be(PostgresErrorCodes.CheckViolation);
        ends.Where((_, i) => i != 17).Should().OnlyContain(end => Equals(end, ClaimOutcome.New));
        (await application.ScalarAsync<long>("SELECT count(*) FROM patterns.webhook_dedup_keys WHERE event_id = $1", events[17].Id)).Should().Be(0, "key and payload go together");
        await application.ExecuteAsync("ALTER TABLE patterns.webhook_dedup_events DROP CONSTRAINT no_poison");
    }

    [Fact, Guarantee("WebhookDedup", 7)]
    public async Task Keys_of_the_previous_generation_are_remembered_and_in_overlap_both_are_written()
    {
        await using var application = await StartAsync(connectionString());
        await application.ExecuteAsync("CREATE TABLE IF NOT EXISTS patterns.webhook_dedup_keys_g3 PARTITION OF patterns.webhook_dedup_keys FOR VALUES IN (3)");
        var old = Enumerable.Range(0, 8).Select(_ => Event()).ToList();
        await Task.WhenAll(old.Select(application.ReceiveAsync));

        await TurnAsync(application, current: 1, overlap: true);
        var between = Enumerable.Range(0, 8).Select(_ => Event()).ToList();
        (await TogetherAsync(application, [.. old, .. between])).Select(r => r.Outcome).Should().Equal(Enumerable.Repeat(ClaimOutcome.Duplicate, 8).Concat(Enumerable.Repeat(ClaimOutcome.New, 8)));

        await TurnAsync(application, current: 2, overlap: false);
        (await TogetherAsync(application, [.. old, .. between])).Should().OnlyContain(r => r.Outcome == ClaimOutcome.Duplicate && r.Stored);
        await TurnAsync(application, current: 3, overlap: false);
        (await TogetherAsync(application, between)).Should().OnlyContain(r => r.Outcome == ClaimOutcome.Duplicate);
        foreach (var one in old.Concat(between))
            (await StoredRowsAsync(application, one)).Should().Be(1);
        await TurnAsync(application, current: 1, overlap: false);
    }

    /// <summary>All of them in one batch or few: they wait while somebody holds the clock that every batch reads.</summary>
    private static async Task<WebhookReceipt[]> TogetherAsync(Application application, IEnumerable<WebhookEvent> events)
    {
        await using var holder = await application.Postgres.DataSource.OpenConnectionAsync(Ct);
        await using var hold = await holder.BeginTransactionAsync(Ct);
        await using (var locking = new NpgsqlCommand("LOCK TABLE patterns.webhook_dedup_clock IN ACCESS EXCLUSIVE MODE", holder, hold))
            await locking.ExecuteNonQueryAsync(Ct);
        var receipts = events.Select(e => application.ReceiveAsync(e)).ToList();
        await hold.CommitAsync(Ct);
        return await Task.WhenAll(receipts);
    }

    private static Task<long> StoredRowsAsync(Application application, WebhookEvent webhookEvent) => application.ScalarAsync<long>(
        "SELECT count(*) FROM patterns.webhook_dedup_events WHERE tenant_id = $1 AND event_id = $2", webhookEvent.Tenant, webhookEvent.Id);

    private static Task TurnAsync(Application application, int current, bool overlap) =>
        application.ExecuteAsync($"UPDATE patterns.webhook_dedup_clock SET current = {current}, overlap = {overlap}");

    private static async Task AdvanceUntilAsync(FakeTime time, Task end) => await Eventually.HoldsAsync("it has been asked for often enough", () =>
    {
        time.Advance(TimeSpan.FromMilliseconds(50));
        return end.IsCompleted;
    });
}
