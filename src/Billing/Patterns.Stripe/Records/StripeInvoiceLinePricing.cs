using System.Text.Json.Serialization;

namespace Patterns.Stripe;

/// <summary>The price of an invoice line.</summary>
public sealed record StripeInvoiceLinePricing
{
    /// <summary><c>price_details</c>.</summary>
    public string Type { get; init => field = value ?? ""; } = "";

    /// <summary>Price of one unit in minor units, with up to 12 decimals.</summary>
    [JsonNumberHandling(JsonNumberHandling.AllowReadingFromString | JsonNumberHandling.WriteAsString)]
    public decimal? UnitAmountDecimal { get; init; }

    /// <summary>The price, where there is one.</summary>
    public StripeInvoiceLinePrice? PriceDetails { get; init; }
}
