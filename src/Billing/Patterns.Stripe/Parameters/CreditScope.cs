namespace Patterns.Stripe;

/// <summary>The prices that a credit grant may pay for.</summary>
public sealed record CreditScope
{
    /// <summary><c>metered</c>: all metered prices.</summary>
    public string? PriceType { get; init; }

    /// <summary>These prices.</summary>
    public IReadOnlyList<StripePriceReference>? Prices { get; init; }
}
