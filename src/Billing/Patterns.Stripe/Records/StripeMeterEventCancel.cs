namespace Patterns.Stripe;

/// <summary>The meter event that is canceled.</summary>
public sealed record StripeMeterEventCancel
{
    /// <summary>Its identifier.</summary>
    public string? Identifier { get; init; }
}
