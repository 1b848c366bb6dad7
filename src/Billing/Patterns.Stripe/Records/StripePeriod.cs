namespace Patterns.Stripe;

/// <summary>A span of time.</summary>
public sealed record StripePeriod
{
    /// <summary>Start.</summary>
    public DateTimeOffset Start { get; init; }

    /// <summary>End.</summary>
    public DateTimeOffset End { get; init; }
}
