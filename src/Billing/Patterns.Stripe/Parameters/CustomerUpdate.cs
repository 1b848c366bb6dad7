namespace Patterns.Stripe;

/// <summary>What to change of a customer.</summary>
public sealed record CustomerUpdate
{
    /// <summary>E-mail address.</summary>
    public StripeValue<string>? Email { get; init; }

    /// <summary>Full name or business name.</summary>
    public StripeValue<string>? Name { get; init; }

    /// <summary>Phone number.</summary>
    public StripeValue<string>? Phone { get; init; }

    /// <summary>Your description.</summary>
    public StripeValue<string>? Description { get; init; }

    /// <summary>Address.</summary>
    public StripeAddress? Address { get; init; }

    /// <summary>Token or source to attach, of older integrations.</summary>
    public string? Source { get; init; }

    /// <summary>What invoices take by default.</summary>
    public CustomerInvoiceSettings? InvoiceSettings { get; init; }

    /// <summary><c>none</c>, <c>exempt</c> or <c>reverse</c>.</summary>
    public StripeValue<string>? TaxExempt { get; init; }

    /// <summary>What you store with it; a null deletes its key, and keys that are not named stay.</summary>
    public IReadOnlyDictionary<string, string?>? Metadata { get; init; }
}
