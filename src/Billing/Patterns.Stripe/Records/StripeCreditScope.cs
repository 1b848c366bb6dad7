namespace Patterns.Stripe;

/// <summary>The prices that a credit grant may pay for.</summary>
public sealed record StripeCreditScope
{
    /// <summary><c>metered</c>: all metered prices.</summary>
    public string? PriceType { get; init; }

    /// <summary>These prices.</summary>
    public IReadOnlyList<StripePriceReference>? Prices { get; init; }
}
