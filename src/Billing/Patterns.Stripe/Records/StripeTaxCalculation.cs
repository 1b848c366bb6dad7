namespace Patterns.Stripe;

/// <summary>The taxes of a sale.</summary>
public sealed record StripeTaxCalculation : StripeObject
{
    /// <summary>Total with taxes, in minor units.</summary>
    public long AmountTotal { get; init; }

    /// <summary>Lower-case ISO 4217.</summary>
    public string Currency { get; init => field = value ?? ""; } = "";

    /// <summary>Customer.</summary>
    public string? Customer { get; init; }

    /// <summary>Tax on top of prices, in minor units.</summary>
    public long TaxAmountExclusive { get; init; }

    /// <summary>Tax inside prices, in minor units.</summary>
    public long TaxAmountInclusive { get; init; }

    /// <summary>The taxes by jurisdiction and rate.</summary>
    public IReadOnlyList<StripeTaxBreakdown> TaxBreakdown { get; init => field = value ?? []; } = [];

    /// <summary>The lines; null unless asked for with <see cref="TaxCalculationCreate.Expand"/>.</summary>
    public StripeList<StripeTaxLine>? LineItems { get; init; }

    /// <summary>The date whose rules and rates were used.</summary>
    public DateTimeOffset TaxDate { get; init; }

    /// <summary>When the calculation is forgotten.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }
}
