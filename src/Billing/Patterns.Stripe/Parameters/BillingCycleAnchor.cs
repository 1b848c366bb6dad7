namespace Patterns.Stripe;

/// <summary>What becomes of the dates of a subscription's periods.</summary>
public sealed record BillingCycleAnchor
{
    /// <summary><c>now</c> or <c>unchanged</c>; in a preview also <c>timestamp</c>.</summary>
    public required string Type { get; init; }

    /// <summary>The date, with the type <c>timestamp</c>.</summary>
    public DateTimeOffset? Timestamp { get; init; }
}
