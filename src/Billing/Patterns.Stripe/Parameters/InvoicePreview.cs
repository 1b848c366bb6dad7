namespace Patterns.Stripe;

/// <summary>The change whose invoice to preview.</summary>
public sealed record InvoicePreview
{
    /// <summary>Customer; not needed with a subscription.</summary>
    public string? Customer { get; init; }

    /// <summary>Subscription to change; none previews a new one.</summary>
    public string? Subscription { get; init; }

    /// <summary>Schedule to preview.</summary>
    public string? Schedule { get; init; }

    /// <summary>Lower-case ISO 4217.</summary>
    public string? Currency { get; init; }

    /// <summary><c>next</c> or <c>recurring</c>.</summary>
    public string? PreviewMode { get; init; }

    /// <summary>The change.</summary>
    public PreviewSubscription? SubscriptionDetails { get; init; }
}
