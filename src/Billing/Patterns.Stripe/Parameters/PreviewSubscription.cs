namespace Patterns.Stripe;

/// <summary>The change of a subscription whose invoice to preview.</summary>
public sealed record PreviewSubscription
{
    /// <summary>Items to change, add or delete; those that are not named stay.</summary>
    public IReadOnlyList<SubscriptionItemChange>? Items { get; init; }

    /// <summary><c>create_prorations</c>, <c>always_invoice</c> or <c>none</c>.</summary>
    public string? ProrationBehavior { get; init; }

    /// <summary>The instant of the change.</summary>
    public DateTimeOffset? ProrationDate { get; init; }

    /// <summary>What becomes of the dates of its periods.</summary>
    public BillingCycleAnchor? BillingCycleAnchor { get; init; }

    /// <summary>Whether it ends with the period.</summary>
    public bool? CancelAtPeriodEnd { get; init; }

    /// <summary>When it ends; cleared: not.</summary>
    public StripeValue<DateTimeOffset>? CancelAt { get; init; }

    /// <summary>Whether it ends now.</summary>
    public bool? CancelNow { get; init; }

    /// <summary>When a new one starts.</summary>
    public DateTimeOffset? StartDate { get; init; }

    /// <summary>End of the trial.</summary>
    public DateTimeOffset? TrialEnd { get; init; }
}
