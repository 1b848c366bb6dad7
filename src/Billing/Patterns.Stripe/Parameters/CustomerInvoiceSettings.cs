namespace Patterns.Stripe;

/// <summary>What a customer's invoices take by default.</summary>
public sealed record CustomerInvoiceSettings
{
    /// <summary>Payment method for subscriptions and invoices that name none.</summary>
    public StripeValue<string>? DefaultPaymentMethod { get; init; }
}
