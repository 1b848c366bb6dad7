using System.Collections.ObjectModel;

namespace Patterns.Stripe;

/// <summary>A line of an invoice.</summary>
public sealed record StripeInvoiceLine
{
    /// <summary>The id.</summary>
    public string Id { get; init => field = value ?? ""; } = "";

    /// <summary>In minor units; below zero for a credit.</summary>
    public long Amount { get; init; }

    /// <summary>Before discounts, in minor units.</summary>
    public long? Subtotal { get; init; }

    /// <summary>Lower-case ISO 4217.</summary>
    public string Currency { get; init => field = value ?? ""; } = "";

    /// <summary>What the customer reads.</summary>
    public string? Description { get; init; }

    /// <summary>How many.</summary>
    public long? Quantity { get; init; }

    /// <summary>The time that it bills.</summary>
    public StripePeriod? Period { get; init; }

    /// <summary>What made it.</summary>
    public StripeInvoiceLineParent? Parent { get; init; }

    /// <summary>Its price.</summary>
    public StripeInvoiceLinePricing? Pricing { get; init; }

    /// <summary>What you stored with it.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init => field = value ?? ReadOnlyDictionary<string, string>.Empty; } = ReadOnlyDictionary<string, string>.Empty;
}
