namespace Patterns.Stripe;

/// <summary>A price, named by its id.</summary>
public sealed record StripePriceReference
{
    /// <summary>The id.</summary>
    public string? Id { get; init; }
}
