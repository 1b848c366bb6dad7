namespace Patterns.Stripe;

/// <summary>A line of a checkout.</summary>
public sealed record CheckoutLineItem
{
    /// <summary>Price.</summary>
    public required string Price { get; init; }

    /// <summary>How many; none for metered prices.</summary>
    public long? Quantity { get; init; }
}
