using System.Collections.ObjectModel;
using System.Text.Json.Serialization;
using Patterns.Stripe.Wire;

namespace Patterns.Stripe;

/// <summary>A subscription.</summary>
public sealed record StripeSubscription : StripeObject
{
    /// <summary><c>incomplete</c>, <c>incomplete_expired</c>, <c>trialing</c>, <c>active</c>, <c>past_due</c>, <c>unpaid</c>, <c>paused</c> or <c>canceled</c>.</summary>
    public string Status { get; init => field = value ?? ""; } = "";

    /// <summary>Customer.</summary>
    [JsonConverter(typeof(ExpandableIdConverter))]
    public string Customer { get; init => field = value ?? ""; } = "";

    /// <summary>Lower-case ISO 4217.</summary>
    public string? Currency { get; init; }

    /// <summary>Its items, of which each has its own period.</summary>
    public StripeList<StripeSubscriptionItem> Items { get; init => field = value ?? new(); } = new();

    /// <summary>Whether it ends with the period.</summary>
    public bool CancelAtPeriodEnd { get; init; }

    /// <summary>When it will end.</summary>
    public DateTimeOffset? CancelAt { get; init; }

    /// <summary>When it was canceled; set at once by a cancellation at the period's end.</summary>
    public DateTimeOffset? CanceledAt { get; init; }

    /// <summary>When it ended.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>When it was made.</summary>
    public DateTimeOffset Created { get; init; }

    /// <summary>When it started.</summary>
    public DateTimeOffset? StartDate { get; init; }

    /// <summary>What fixes the dates of its periods.</summary>
    public DateTimeOffset? BillingCycleAnchor { get; init; }

    /// <summary>When its trial started.</summary>
    public DateTimeOffset? TrialStart { get; init; }

    /// <summary>When its trial ends.</summary>
    public DateTimeOffset? TrialEnd { get; init; }

    /// <summary>Start of the period, in answers of API versions before 2025-03-31; later ones say it for each item.</summary>
    public DateTimeOffset? CurrentPeriodStart { get; init; }

    /// <summary>End of the period, in answers of API versions before 2025-03-31; later ones say it for each item.</summary>
    public DateTimeOffset? CurrentPeriodEnd { get; init; }

    /// <summary><c>charge_automatically</c> or <c>send_invoice</c>.</summary>
    public string? CollectionMethod { get; init; }

    /// <summary>Days that a sent invoice may be open.</summary>
    public int? DaysUntilDue { get; init; }

    /// <summary>Payment method; comes before the customer's.</summary>
    [JsonConverter(typeof(ExpandableIdConverter))]
    public string? DefaultPaymentMethod { get; init; }

    /// <summary>Source of payment, of older integrations.</summary>
    [JsonConverter(typeof(ExpandableIdConverter))]
    public string? DefaultSource { get; init; }

    /// <summary>Latest invoice.</summary>
    [JsonConverter(typeof(ExpandableIdConverter))]
    public string? LatestInvoice { get; init; }

    /// <summary>Schedule that changes it.</summary>
    [JsonConverter(typeof(ExpandableIdConverter))]
    public string? Schedule { get; init; }

    /// <summary>Set while invoices are not collected.</summary>
    public StripePauseCollection? PauseCollection { get; init; }

    /// <summary>Why it was canceled.</summary>
    public StripeCancellationDetails? CancellationDetails { get; init; }

    /// <summary>Test clock that it lives on.</summary>
    [JsonConverter(typeof(ExpandableIdConverter))]
    public string? TestClock { get; init; }

    /// <summary>What you stored with it.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init => field = value ?? ReadOnlyDictionary<string, string>.Empty; } = ReadOnlyDictionary<string, string>.Empty;
}
