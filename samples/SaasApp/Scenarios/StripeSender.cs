using System.Net.Http.Headers;
using Patterns.WebhookSecurity;

namespace SaasApp;

/// <summary>Delivers events as Stripe does: over HTTP, signed at the time of the attempt.</summary>
internal sealed class StripeSender(HttpClient client, IWebhookSigner signer, TimeProvider time, DeliveryLog log)
{
    public async Task<ScenarioReport.Answer> SendAsync(Uri application, StripeTestEvent delivered, TimeSpan age, string? crashPoint, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(application, StripeWebhook.Path)) { Content = new ByteArrayContent(delivered.Body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json", "utf-8");
        foreach (var (name, value) in signer.Sign(StripeWebhook.Source, delivered.Id, time.GetUtcNow() - age, delivered.SignedBody)) request.Headers.Add(name, value);
        if (crashPoint is not null) request.Headers.Add(CrashPoints.Header, crashPoint);

        try
        {
            using var response = await client.SendAsync(request, ct);
            var answer = await response.Content.ReadFromJsonAsync(AppJson.Default.OutcomeOnly, ct);
            return new((int)response.StatusCode, answer?.Outcome ?? ((int)response.StatusCode < 500 ? DeliveryOutcome.Refused : DeliveryOutcome.Failed));
        }
        catch (HttpRequestException)
        {
            // The receiver is dead and will not note this delivery: only the sender knows of it.
            log.Add(new Delivery(time.GetUtcNow(), delivered.Id, delivered.Type, Status: null, DeliveryOutcome.NoAnswer));
            return new(Status: null, DeliveryOutcome.NoAnswer);
        }
    }

    /// <summary>The one member that an answer may have, be it a success or a problem.</summary>
    internal sealed record OutcomeOnly(string? Outcome = null);
}
