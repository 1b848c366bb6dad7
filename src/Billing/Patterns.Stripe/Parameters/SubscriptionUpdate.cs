namespace Patterns.Stripe;

/// <summary>What to change of a subscription.</summary>
public sealed record SubscriptionUpdate
{
    /// <summary>Items to change, add or delete; those that are not named stay.</summary>
    public IReadOnlyList<SubscriptionItemChange>? Items { get; init; }

    /// <summary><c>create_prorations</c>, <c>always_invoice</c> or <c>none</c>.</summary>
    public string? ProrationBehavior { get; init; }

    /// <summary>The instant of the change that prorations are made for, as in the preview.</summary>
    public DateTimeOffset? ProrationDate { get; init; }

    /// <summary><c>allow_incomplete</c>, <c>default_incomplete</c>, <c>error_if_incomplete</c> or <c>pending_if_incomplete</c>.</summary>
    public string? PaymentBehavior { get; init; }

    /// <summary>What becomes of the dates of its periods.</summary>
    public BillingCycleAnchor? BillingCycleAnchor { get; init; }

    /// <summary>Whether it ends with the period.</summary>
    public bool? CancelAtPeriodEnd { get; init; }

    /// <summary>When it ends; cleared: not.</summary>
    public StripeValue<DateTimeOffset>? CancelAt { get; init; }

    /// <summary>Why it is canceled.</summary>
    public CancellationDetails? CancellationDetails { get; init; }

    /// <summary><c>charge_automatically</c> or <c>send_invoice</c>.</summary>
    public string? CollectionMethod { get; init; }

    /// <summary>Days that a sent invoice may be open.</summary>
    public int? DaysUntilDue { get; init; }

    /// <summary>Payment method.</summary>
    public string? DefaultPaymentMethod { get; init; }

    /// <summary>Source of payment, of older integrations.</summary>
    public StripeValue<string>? DefaultSource { get; init; }

    /// <summary>What the customer reads.</summary>
    public StripeValue<string>? Description { get; init; }

    /// <summary>Whether the customer is away.</summary>
    public bool? OffSession { get; init; }

    /// <summary>Pauses the collection of invoices; cleared: goes on.</summary>
    public StripeValue<PauseCollection>? PauseCollection { get; init; }

    /// <summary>End of the trial.</summary>
    public DateTimeOffset? TrialEnd { get; init; }

    /// <summary>What you store with it; a null deletes its key, and keys that are not named stay.</summary>
    public IReadOnlyDictionary<string, string?>? Metadata { get; init; }
}
