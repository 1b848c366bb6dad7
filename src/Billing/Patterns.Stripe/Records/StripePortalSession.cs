using System.Text.Json.Serialization;
using Patterns.Stripe.Wire;

namespace Patterns.Stripe;

/// <summary>A session of the customer portal.</summary>
public sealed record StripePortalSession : StripeObject
{
    /// <summary>Where to send the customer; short-lived.</summary>
    public string Url { get; init => field = value ?? ""; } = "";

    /// <summary>Customer.</summary>
    [JsonConverter(typeof(ExpandableIdConverter))]
    public string Customer { get; init => field = value ?? ""; } = "";

    /// <summary>Configuration of the portal.</summary>
    [JsonConverter(typeof(ExpandableIdConverter))]
    public string? Configuration { get; init; }

    /// <summary>Where the customer comes back to.</summary>
    public string? ReturnUrl { get; init; }

    /// <summary>When it was made.</summary>
    public DateTimeOffset Created { get; init; }
}
