namespace Patterns.Stripe;

/// <summary>A tax id.</summary>
public sealed record TaxId
{
    /// <summary>Such as <c>eu_vat</c>.</summary>
    public required string Type { get; init; }

    /// <summary>The id.</summary>
    public required string Value { get; init; }
}
