using System.Text.Json.Serialization;
using Patterns.Stripe.Wire;

namespace Patterns.Stripe;

/// <summary>What a customer's invoices take by default.</summary>
public sealed record StripeCustomerInvoiceSettings
{
    /// <summary>Payment method for subscriptions and invoices that name none.</summary>
    [JsonConverter(typeof(ExpandableIdConverter))]
    public string? DefaultPaymentMethod { get; init; }
}
