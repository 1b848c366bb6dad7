namespace Patterns.Stripe;

/// <summary>What made an invoice line.</summary>
public sealed record StripeInvoiceLineParent
{
    /// <summary><c>subscription_item_details</c> or <c>invoice_item_details</c>.</summary>
    public string Type { get; init => field = value ?? ""; } = "";

    /// <summary>Set when a subscription item did.</summary>
    public StripeInvoiceLineSource? SubscriptionItemDetails { get; init; }

    /// <summary>Set when an invoice item did.</summary>
    public StripeInvoiceLineSource? InvoiceItemDetails { get; init; }
}
