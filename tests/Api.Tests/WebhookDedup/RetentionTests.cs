using Patterns.WebhookDedup;
using static Api.Tests.WebhookDedup.Application;

namespace Api.Tests.WebhookDedup;

/// <summary>What is kept, for how long, and what is never dropped. The database's clock is moved by the connection.</summary>
public sealed class RetentionTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact, Guarantee("WebhookDedup", 21)]
    public async Task Events_that_are_not_done_are_moved_out_of_a_partition_before_it_is_dropped()
    {
        await using var own = await database.NewAsync();
        await using var today = await new Handling().StartAsync(own.ConnectionString);
        WebhookEvent done = Event(), dead = Event(), pending = Event() with { Source = "github" };
        foreach (var webhookEvent in new[] { done, dead, pending }) await today.ReceiveAsync(webhookEvent);
        await today.DrainAsync();
        await today.ExecuteAsync($"UPDATE patterns.webhook_dedup_events SET state = 'dead' WHERE event_id = '{dead.Id}'");
        var before = await today.StoredAsync(pending);

        await using var later = await StartAsync(Handling.Later(own.ConnectionString, TimeSpan.FromDays(16)), o => o.Handle<Handling.Handler>("github", "*"), register: Register(new Handling()));
        await later.Inbox.MaintainAsync(Ct);

        (await later.Inbox.FindAsync("_", "stripe", done.Id, Ct)).Should().BeNull();
        (await later.StoredAsync(dead)).State.Should().Be(WebhookState.Dead);
        (await later.StoredAsync(pending)).Should().Match<StoredWebhook>(s => s.State == WebhookState.Pending && s.ReceivedAt == before.ReceivedAt && s.ReceiptId == before.ReceiptId);
        (await later.ReceiveAsync(done)).Outcome.Should().Be(ClaimOutcome.Duplicate, "its key is remembered longer than its payload");
        await later.DrainAsync();
        (await later.EffectsOfAsync(pending)).Should().Be(1);
        (await later.StoredAsync(pending)).State.Should().Be(WebhookState.Done);

        await using var muchLater = await StartAsync(Handling.Later(own.ConnectionString, TimeSpan.FromDays(52)));
        await muchLater.Inbox.MaintainAsync(Ct);
        (await muchLater.ScalarAsync<long>("SELECT count(*) FROM patterns.webhook_dedup_events")).Should().Be(0, "dead events are kept as long as keys are remembered");
    }

    [Fact, Guarantee("WebhookDedup", 21)]
    public async Task A_leased_event_that_is_moved_is_not_done_twice()
    {
        await using var own = await database.NewAsync();
        TaskCompletionSource began = new(), goOn = new();
        var slow = new Handling(async (work, _) =>
        {
            began.TrySetResult();
            await goOn.Task;
            return await Handling.EffectAsync(work);
        });
        await using var today = await slow.StartAsync(own.ConnectionString);
        var webhookEvent = Event();
        await today.ReceiveAsync(webhookEvent);
        var outlived = today.DrainAsync();
        await began.Task;
        await using var later = await new Handling().StartAsync(Handling.Later(own.ConnectionString, TimeSpan.FromDays(16)));
        await later.Inbox.MaintainAsync(Ct);
        goOn.SetResult();
        await outlived;
        (await later.EffectsOfAsync(webhookEvent)).Should().Be(0);

        await later.DrainAsync();
        (await later.EffectsOfAsync(webhookEvent)).Should().Be(1);
    }

    [Fact, Guarantee("WebhookDedup", 7)]
    public async Task Keys_are_remembered_for_35_days_at_least_and_forgotten_by_dropped_partitions()
    {
        await using var own = await database.NewAsync();
        var webhookEvent = Event();
        await using var today = await StartAsync(own.ConnectionString);
        await today.DeliverAsync(webhookEvent);
        foreach (var (days, outcome) in new[] { (34, ClaimOutcome.Duplicate), (36, ClaimOutcome.Duplicate), (69, ClaimOutcome.Duplicate), (73, ClaimOutcome.New) })
        {
            await using var later = await StartAsync(Handling.Later(own.ConnectionString, TimeSpan.FromDays(days)));
            await later.Inbox.MaintainAsync(Ct);
            (await later.DeliverAsync(webhookEvent)).Outcome.Should().Be(outcome, $"of {days} days");
        }
    }

    private static Action<Microsoft.Extensions.DependencyInjection.IServiceCollection> Register(Handling handling) =>
        services => Microsoft.Extensions.DependencyInjection.ServiceCollectionServiceExtensions.AddSingleton(services, handling);
}
