using System.Collections.ObjectModel;
using System.Text.Json.Serialization;
using Patterns.Stripe.Wire;

namespace Patterns.Stripe;

/// <summary>A customer.</summary>
public sealed record StripeCustomer : StripeObject
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

    /// <summary>Currency that the customer is charged in, lower-case ISO 4217.</summary>
    public string? Currency { get; init; }

    /// <summary>What the next invoice adds (above zero) or takes off (below), in minor units.</summary>
    public long Balance { get; init; }

    /// <summary>Whether the latest charge of an invoice failed.</summary>
    public bool? Delinquent { get; init; }

    /// <summary>Default source of payment, of older integrations.</summary>
    [JsonConverter(typeof(ExpandableIdConverter))]
    public string? DefaultSource { get; init; }

    /// <summary>What invoices take by default.</summary>
    public StripeCustomerInvoiceSettings? InvoiceSettings { get; init; }

    /// <summary><c>none</c>, <c>exempt</c> or <c>reverse</c>.</summary>
    public string? TaxExempt { get; init; }

    /// <summary>Whether it was deleted: then only the id is left.</summary>
    public bool Deleted { get; init; }

    /// <summary>When it was made.</summary>
    public DateTimeOffset? Created { get; init; }

    /// <summary>What you stored with it.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init => field = value ?? ReadOnlyDictionary<string, string>.Empty; } = ReadOnlyDictionary<string, string>.Empty;
}
