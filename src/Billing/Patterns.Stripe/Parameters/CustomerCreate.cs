namespace Patterns.Stripe;

/// <summary>A customer to make.</summary>
public sealed record CustomerCreate
{
    /// <summary>E-mail address.</summary>
    public string? Email { get; init; }

    /// <summary>Full name or business name.</summary>
    public string? Name { get; init; }

    /// <summary>Phone number.</summary>
    public string? Phone { get; init; }

    /// <summary>Your description.</summary>
    public string? Description { get; init; }

    /// <summary>Address.</summary>
    public StripeAddress? Address { get; init; }

    /// <summary>Payment method to attach.</summary>
    public string? PaymentMethod { get; init; }

    /// <summary>Token or source to attach, of older integrations.</summary>
    public string? Source { get; init; }

    /// <summary>What invoices take by default.</summary>
    public CustomerInvoiceSettings? InvoiceSettings { get; init; }

    /// <summary><c>none</c>, <c>exempt</c> or <c>reverse</c>.</summary>
    public string? TaxExempt { get; init; }

    /// <summary>Test clock to live on.</summary>
    public string? TestClock { get; init; }

    /// <summary>What you store with it: up to 50 keys.</summary>
    public IReadOnlyDictionary<string, string>? Metadata { get; init; }
}
