namespace Patterns.Stripe;

/// <summary>A line of a tax calculation.</summary>
public sealed record StripeTaxLine
{
    /// <summary>The id.</summary>
    public string Id { get; init => field = value ?? ""; } = "";

    /// <summary>In minor units, with inclusive tax.</summary>
    public long Amount { get; init; }

    /// <summary>Tax in minor units.</summary>
    public long AmountTax { get; init; }

    /// <summary>How many.</summary>
    public long Quantity { get; init; }

    /// <summary>Your name for the line.</summary>
    public string Reference { get; init => field = value ?? ""; } = "";

    /// <summary><c>exclusive</c> or <c>inclusive</c>.</summary>
    public string TaxBehavior { get; init => field = value ?? ""; } = "";

    /// <summary>Tax code of the product.</summary>
    public string TaxCode { get; init => field = value ?? ""; } = "";

    /// <summary>Its taxes; null unless asked for.</summary>
    public IReadOnlyList<StripeTaxBreakdown>? TaxBreakdown { get; init; }
}
