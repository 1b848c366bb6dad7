namespace Patterns.Stripe;

/// <summary>The meter event to cancel.</summary>
public sealed record MeterEventCancellation
{
    /// <summary>Its identifier.</summary>
    public required string Identifier { get; init; }
}
