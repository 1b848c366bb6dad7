namespace Patterns.Stripe;

/// <summary>A line of a sale.</summary>
public sealed record TaxCalculationLine
{
    /// <summary>In minor units, for the whole quantity.</summary>
    public required long Amount { get; init; }

    /// <summary>How many; 1 without it.</summary>
    public long? Quantity { get; init; }

    /// <summary>Product, for its tax code.</summary>
    public string? Product { get; init; }

    /// <summary>Your name for the line, unique in the sale.</summary>
    public string? Reference { get; init; }

    /// <summary><c>exclusive</c> or <c>inclusive</c>.</summary>
    public string? TaxBehavior { get; init; }

    /// <summary>Tax code of the product.</summary>
    public string? TaxCode { get; init; }
}
