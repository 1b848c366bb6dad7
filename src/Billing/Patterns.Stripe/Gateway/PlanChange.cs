namespace Patterns.Stripe;

/// <summary>A change of plan to make.</summary>
public sealed record PlanChange
{
    /// <summary>The provider's id of the subscription.</summary>
    public required string SubscriptionId { get; init; }

    /// <summary>The new plan's name in the options.</summary>
    public required string Plan { get; init; }

    /// <summary>How many from now on, from 1 on; null leaves it as it is.</summary>
    public long? Quantity { get; init; }

    /// <summary>How the rest of the period is billed.</summary>
    public BillingProration Proration { get; init; }

    /// <summary>
    /// Names this one change, 1 to 255 visible ASCII characters: repeating it changes and charges once. After <see cref="BillingChange.Declined"/> take a new one, because
    /// the answer to a key is repeated with it.
    /// </summary>
    public string? IdempotencyKey { get; init; }
}
