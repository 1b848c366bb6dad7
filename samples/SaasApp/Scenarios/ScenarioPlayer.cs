using Patterns.WebhookDedup;

namespace SaasApp;

/// <summary>Plays scenarios against this application from outside, over HTTP, and counts what came of them there.</summary>
internal sealed class ScenarioPlayer(OwnAddress address, StripeSender sender, StripeTestEvents events, HttpClient client, IWebhookInbox inbox, TimeProvider time, IServiceProvider services)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(20);

    public async Task<ScenarioReport> PlayAsync(Scenario scenario, CancellationToken ct)
    {
        var run = new ScenarioRun(events.Next(scenario.Type), Address, sender, () => DoomedProcess.StartAsync(services, ct), ct);
        await scenario.Play(run);
        await WaitForWorkAsync(run.Event.Id, ct);
        return new ScenarioReport(scenario, run.Event.Id, run.Answers, await CountPaymentsAsync($"?event={run.Event.Id}", ct));
    }

    // Only what was stored is in the inbox; everything else has had its effect with the answer.
    private async Task WaitForWorkAsync(string eventId, CancellationToken ct)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await inbox.FindAsync(WebhookEvent.NoTenant, StripeWebhook.Source, eventId, ct) is { State: WebhookState.Pending or WebhookState.Leased })
            await timer.WaitForNextTickAsync(ct);
    }

    /// <summary>How many payments the application tells of.</summary>
    public async Task<int> CountPaymentsAsync(string query, CancellationToken ct) =>
        (await client.GetFromJsonAsync(new Uri(Address, "/api/payments" + query), AppJson.Default.ListPayment, ct))!.Count;

    /// <summary>Where the application listens.</summary>
    public Uri Address => address.Value;
}
