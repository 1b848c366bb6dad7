using System.Text.Json.Serialization;

namespace Patterns.Stripe;

/// <summary>What a customer's invoices take by default.</summary>
public sealed record CustomerInvoiceSettings
{
    /// <summary>Payment method for subscriptions and invoices that name none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public StripeValue<string> DefaultPaymentMethod { get; init; }
}
