namespace Patterns.Stripe;

/// <summary>The item that made an invoice line.</summary>
public sealed record StripeInvoiceLineSource
{
    /// <summary>Subscription.</summary>
    public string? Subscription { get; init; }

    /// <summary>Subscription item.</summary>
    public string? SubscriptionItem { get; init; }

    /// <summary>Invoice item.</summary>
    public string? InvoiceItem { get; init; }

    /// <summary>Whether the line is a proration.</summary>
    public bool Proration { get; init; }
}
