namespace Patterns.Stripe;

/// <summary>A postal address.</summary>
public sealed record StripeAddress
{
    /// <summary>Street, or company name.</summary>
    public string? Line1 { get; init; }

    /// <summary>Apartment, floor or building.</summary>
    public string? Line2 { get; init; }

    /// <summary>City, or suburb.</summary>
    public string? City { get; init; }

    /// <summary>Postal code.</summary>
    public string? PostalCode { get; init; }

    /// <summary>State, province or region; for the US two letters.</summary>
    public string? State { get; init; }

    /// <summary>Country, two letters (ISO 3166-1).</summary>
    public string? Country { get; init; }
}
