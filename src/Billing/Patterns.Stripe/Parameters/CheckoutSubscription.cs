namespace Patterns.Stripe;

/// <summary>The subscription that a checkout makes.</summary>
public sealed record CheckoutSubscription
{
    /// <summary>What the customer reads.</summary>
    public string? Description { get; init; }

    /// <summary>Days of trial, from 1 on.</summary>
    public int? TrialPeriodDays { get; init; }

    /// <summary>End of the trial.</summary>
    public DateTimeOffset? TrialEnd { get; init; }

    /// <summary>Date of the first whole period.</summary>
    public DateTimeOffset? BillingCycleAnchor { get; init; }

    /// <summary><c>create_prorations</c> or <c>none</c>.</summary>
    public string? ProrationBehavior { get; init; }

    /// <summary>What you store with it: up to 50 keys.</summary>
    public IReadOnlyDictionary<string, string>? Metadata { get; init; }
}
