namespace Patterns.Stripe;

/// <summary>How to pay an invoice.</summary>
public sealed record InvoicePayment
{
    /// <summary>Payment method; the invoice's own choice without it.</summary>
    public string? PaymentMethod { get; init; }

    /// <summary>Whether the customer is away.</summary>
    public bool? OffSession { get; init; }
}
