using System.Text.Json.Serialization;
using Patterns.Stripe.Wire;

namespace Patterns.Stripe;

/// <summary>The subscription that made an invoice.</summary>
public sealed record StripeInvoiceSubscription
{
    /// <summary>The subscription.</summary>
    [JsonConverter(typeof(ExpandableIdConverter))]
    public string Subscription { get; init => field = value ?? ""; } = "";

    /// <summary>Metadata of the subscription when the invoice was made final.</summary>
    public IReadOnlyDictionary<string, string>? Metadata { get; init; }
}
