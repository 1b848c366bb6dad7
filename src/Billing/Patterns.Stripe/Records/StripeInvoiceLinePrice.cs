using System.Text.Json.Serialization;
using Patterns.Stripe.Wire;

namespace Patterns.Stripe;

/// <summary>The price and product of an invoice line.</summary>
public sealed record StripeInvoiceLinePrice
{
    /// <summary>Price.</summary>
    [JsonConverter(typeof(ExpandableIdConverter))]
    public string Price { get; init => field = value ?? ""; } = "";

    /// <summary>Product.</summary>
    public string Product { get; init => field = value ?? ""; } = "";
}
