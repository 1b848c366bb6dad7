namespace Patterns.Stripe;

/// <summary>How a price recurs.</summary>
public sealed record StripeRecurrence
{
    /// <summary><c>day</c>, <c>week</c>, <c>month</c> or <c>year</c>.</summary>
    public string Interval { get; init => field = value ?? ""; } = "";

    /// <summary>How many intervals lie between two bills.</summary>
    public int IntervalCount { get; init; }

    /// <summary><c>licensed</c> or <c>metered</c>.</summary>
    public string? UsageType { get; init; }

    /// <summary>Meter of a metered price.</summary>
    public string? Meter { get; init; }
}
