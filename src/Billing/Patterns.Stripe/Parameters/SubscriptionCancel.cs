namespace Patterns.Stripe;

/// <summary>How to cancel a subscription at once.</summary>
public sealed record SubscriptionCancel
{
    /// <summary>Whether usage and prorations are billed now.</summary>
    public bool? InvoiceNow { get; init; }

    /// <summary>Whether unused time is credited.</summary>
    public bool? Prorate { get; init; }

    /// <summary>Why it is canceled.</summary>
    public CancellationDetails? CancellationDetails { get; init; }
}
