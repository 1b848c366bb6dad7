namespace Patterns.Stripe;

/// <summary>What made an invoice.</summary>
public sealed record StripeInvoiceParent
{
    /// <summary><c>subscription_details</c> or <c>quote_details</c>.</summary>
    public string Type { get; init => field = value ?? ""; } = "";

    /// <summary>Set when a subscription did.</summary>
    public StripeInvoiceSubscription? SubscriptionDetails { get; init; }
}
