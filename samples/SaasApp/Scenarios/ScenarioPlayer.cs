using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace SaasApp;

/// <summary>Plays scenarios against this application from outside, over HTTP, and counts what came of them there.</summary>
internal sealed class ScenarioPlayer(IServer server, StripeSender sender, StripeTestEvents events, HttpClient client, IServiceProvider services)
{
    public async Task<ScenarioReport> PlayAsync(Scenario scenario, CancellationToken ct)
    {
        var run = new ScenarioRun(events.Next(), Address, sender, () => DoomedProcess.StartAsync(services, ct), ct);
        await scenario.Play(run);
        return new ScenarioReport(scenario, run.Event.Id, run.Answers, await CountPaymentsAsync($"?event={run.Event.Id}", ct));
    }

    /// <summary>How many payments the application tells of.</summary>
    public async Task<int> CountPaymentsAsync(string query, CancellationToken ct) =>
        (await client.GetFromJsonAsync(new Uri(Address, "/api/payments" + query), AppJson.Default.ListPayment, ct))!.Count;

    /// <summary>Where the application listens.</summary>
    public Uri Address
    {
        get
        {
            var address = new UriBuilder(server.Features.Get<IServerAddressesFeature>()!.Addresses.First());
            // Bound to every address, it answers on this one too.
            if (address.Host is "0.0.0.0" or "[::]" or "+" or "*") address.Host = "127.0.0.1";
            return address.Uri;
        }
    }
}
