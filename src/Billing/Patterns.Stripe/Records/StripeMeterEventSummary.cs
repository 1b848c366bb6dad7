namespace Patterns.Stripe;

/// <summary>Usage that Stripe counted in a span of time.</summary>
public sealed record StripeMeterEventSummary : StripeObject
{
    /// <summary>Meter.</summary>
    public string Meter { get; init => field = value ?? ""; } = "";

    /// <summary>The usage.</summary>
    public decimal AggregatedValue { get; init; }

    /// <summary>Start, inclusive.</summary>
    public DateTimeOffset StartTime { get; init; }

    /// <summary>End, exclusive.</summary>
    public DateTimeOffset EndTime { get; init; }
}
