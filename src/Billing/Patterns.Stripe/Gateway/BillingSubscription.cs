namespace Patterns.Stripe;

/// <summary>A subscription, in words that no provider owns.</summary>
public sealed record BillingSubscription
{
    /// <summary>The provider's id of it.</summary>
    public required string Id { get; init; }

    /// <summary>The provider's id of the customer.</summary>
    public required string CustomerId { get; init; }

    /// <summary>The tenant whose checkout made it; null for one that was made elsewhere.</summary>
    public string? TenantId { get; init; }

    /// <summary>Where it stands.</summary>
    public required SubscriptionStatus Status { get; init; }

    /// <summary>What was bought; of several items the first that is a plan.</summary>
    public required BillingPlan Plan { get; init; }

    /// <summary>How many of the plan, such as seats; null when it is billed by usage.</summary>
    public long? Quantity { get; init; }

    /// <summary>When the plan's current period began.</summary>
    public DateTimeOffset? PeriodStart { get; init; }

    /// <summary>When the plan's current period ends.</summary>
    public DateTimeOffset? PeriodEnd { get; init; }

    /// <summary>When the trial ends or ended.</summary>
    public DateTimeOffset? TrialEnd { get; init; }

    /// <summary>When it is going to end; null while nobody has cancelled it.</summary>
    public DateTimeOffset? EndsAt { get; init; }

    /// <summary>When it ended.</summary>
    public DateTimeOffset? EndedAt { get; init; }
}
