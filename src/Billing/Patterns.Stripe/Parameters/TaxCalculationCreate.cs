namespace Patterns.Stripe;

/// <summary>A sale to calculate the taxes of.</summary>
public sealed record TaxCalculationCreate
{
    /// <summary>Lower-case ISO 4217.</summary>
    public required string Currency { get; init; }

    /// <summary>What is sold.</summary>
    public required IReadOnlyList<TaxCalculationLine> LineItems { get; init; }

    /// <summary>Customer whose address and tax ids count.</summary>
    public string? Customer { get; init; }

    /// <summary>Address and tax ids that count instead.</summary>
    public TaxCustomerDetails? CustomerDetails { get; init; }

    /// <summary>The date whose rules and rates are used, up to 48 hours back; now without it.</summary>
    public DateTimeOffset? TaxDate { get; init; }

    /// <summary>What the answer holds whole, such as <c>line_items</c> or <c>line_items.data.tax_breakdown</c>.</summary>
    public IReadOnlyList<string>? Expand { get; init; }
}
