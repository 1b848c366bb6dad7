using System.Text.Json.Serialization;

namespace Patterns.Stripe;

/// <summary>A tax rate.</summary>
public sealed record StripeTaxRate
{
    /// <summary>Two letters (ISO 3166-1).</summary>
    public string? Country { get; init; }

    /// <summary>State or province.</summary>
    public string? State { get; init; }

    /// <summary>Name that customers know.</summary>
    public string? DisplayName { get; init; }

    /// <summary>In percent.</summary>
    [JsonNumberHandling(JsonNumberHandling.AllowReadingFromString | JsonNumberHandling.WriteAsString)]
    public decimal? PercentageDecimal { get; init; }

    /// <summary><c>percentage</c> or <c>flat_amount</c>.</summary>
    public string? RateType { get; init; }

    /// <summary>Such as <c>vat</c> or <c>sales_tax</c>.</summary>
    public string? TaxType { get; init; }
}
