namespace Patterns.Stripe;

/// <summary>How to reach Stripe. Checked when the host starts.</summary>
public sealed class StripeOptions
{
    /// <summary>The name of the <see cref="HttpClient"/> that calls are sent with, for your own handlers, proxy or certificates.</summary>
    public const string HttpClientName = "Patterns.Stripe";

    /// <summary>The secret or restricted key (<c>sk_...</c>, <c>rk_...</c>). Required while <see cref="Enabled"/>. It is sent as a bearer token and appears nowhere else.</summary>
    public string? ApiKey { get; set; }

    /// <summary>The API version that every call pins: <c>2026-10-28.endive</c>, the one that this package was tested with. The shape of answers follows it.</summary>
    public string ApiVersion { get; set; } = "2026-10-28.endive";

    /// <summary>False registers everything without a key, for environments without billing: each call then throws an <see cref="InvalidOperationException"/> that names this option.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>Retries after the first attempt, 0 to 10. 2, as in Stripe's SDKs.</summary>
    public int MaxRetries { get; set; } = 2;

    /// <summary>How long one attempt may take, until its last byte: above zero, up to 10 minutes. 80 seconds, as in Stripe's SDKs.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(80);

    /// <summary>Where the API is. <c>https://api.stripe.com</c>. Plain http is refused for a live key, except on this machine.</summary>
    public Uri ApiBase { get; set; } = new("https://api.stripe.com");

    /// <summary>Where meter event streams are sent. <c>https://meter-events.stripe.com</c>.</summary>
    public Uri MeterEventsBase { get; set; } = new("https://meter-events.stripe.com");

    /// <summary>The price id of each plan name, for <c>IBillingGateway</c>. Names are compared by case; a price belongs to one plan.</summary>
    public IDictionary<string, string> Plans { get; } = new Dictionary<string, string>(StringComparer.Ordinal);
}
