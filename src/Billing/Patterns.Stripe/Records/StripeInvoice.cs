using System.Collections.ObjectModel;
using System.Text.Json.Serialization;
using Patterns.Stripe.Wire;

namespace Patterns.Stripe;

/// <summary>An invoice.</summary>
public sealed record StripeInvoice : StripeObject
{
    /// <summary><c>draft</c>, <c>open</c>, <c>paid</c>, <c>uncollectible</c> or <c>void</c>; null for a preview of some versions.</summary>
    public string? Status { get; init; }

    /// <summary>Number that the customer sees.</summary>
    public string? Number { get; init; }

    /// <summary>Customer.</summary>
    [JsonConverter(typeof(ExpandableIdConverter))]
    public string? Customer { get; init; }

    /// <summary>Lower-case ISO 4217.</summary>
    public string Currency { get; init => field = value ?? ""; } = "";

    /// <summary>To be paid, in minor units.</summary>
    public long AmountDue { get; init; }

    /// <summary>Paid, in minor units.</summary>
    public long AmountPaid { get; init; }

    /// <summary>Still to be paid, in minor units.</summary>
    public long AmountRemaining { get; init; }

    /// <summary>Before invoice discounts and exclusive taxes, in minor units.</summary>
    public long Subtotal { get; init; }

    /// <summary>The same without any tax.</summary>
    public long? SubtotalExcludingTax { get; init; }

    /// <summary>After discounts and taxes, in minor units.</summary>
    public long Total { get; init; }

    /// <summary>The same without any tax.</summary>
    public long? TotalExcludingTax { get; init; }

    /// <summary>Customer's balance before it, in minor units.</summary>
    public long StartingBalance { get; init; }

    /// <summary>Customer's balance after it; null until it is final.</summary>
    public long? EndingBalance { get; init; }

    /// <summary>Automatic attempts to collect. Attempts by hand after the first do not count.</summary>
    public long AttemptCount { get; init; }

    /// <summary>Whether a payment was attempted.</summary>
    public bool Attempted { get; init; }

    /// <summary>When the next attempt is due; null when none is.</summary>
    public DateTimeOffset? NextPaymentAttempt { get; init; }

    /// <summary>Why it was made, such as <c>subscription_cycle</c>.</summary>
    public string? BillingReason { get; init; }

    /// <summary><c>charge_automatically</c> or <c>send_invoice</c>.</summary>
    public string? CollectionMethod { get; init; }

    /// <summary>Whether Stripe goes on with it by itself.</summary>
    public bool? AutoAdvance { get; init; }

    /// <summary>When it was made.</summary>
    public DateTimeOffset? Created { get; init; }

    /// <summary>When a sent invoice is due.</summary>
    public DateTimeOffset? DueDate { get; init; }

    /// <summary>Start of the usage that it bills.</summary>
    public DateTimeOffset? PeriodStart { get; init; }

    /// <summary>End of the usage that it bills.</summary>
    public DateTimeOffset? PeriodEnd { get; init; }

    /// <summary>Page where the customer can pay.</summary>
    public string? HostedInvoiceUrl { get; init; }

    /// <summary>The PDF.</summary>
    public string? InvoicePdf { get; init; }

    /// <summary>What made it.</summary>
    public StripeInvoiceParent? Parent { get; init; }

    /// <summary>Subscription, in answers of API versions before 2025-03-31; see <see cref="SubscriptionId"/>.</summary>
    [JsonConverter(typeof(ExpandableIdConverter))]
    public string? Subscription { get; init; }

    /// <summary>Payment intent, in answers of API versions before 2025-03-31.</summary>
    [JsonConverter(typeof(ExpandableIdConverter))]
    public string? PaymentIntent { get; init; }

    /// <summary>Payment method; comes before the subscription's and the customer's.</summary>
    [JsonConverter(typeof(ExpandableIdConverter))]
    public string? DefaultPaymentMethod { get; init; }

    /// <summary>When its status changed.</summary>
    public StripeInvoiceTransitions? StatusTransitions { get; init; }

    /// <summary>Its first lines; more when <see cref="StripeList{T}.HasMore"/>.</summary>
    public StripeList<StripeInvoiceLine> Lines { get; init => field = value ?? new(); } = new();

    /// <summary>What you stored with it.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init => field = value ?? ReadOnlyDictionary<string, string>.Empty; } = ReadOnlyDictionary<string, string>.Empty;

    /// <summary>The subscription that it bills, wherever the API version put it; null for a one-off invoice.</summary>
    [JsonIgnore]
    public string? SubscriptionId => Parent?.SubscriptionDetails?.Subscription ?? Subscription;
}
