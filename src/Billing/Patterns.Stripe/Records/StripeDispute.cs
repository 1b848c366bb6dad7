using System.Collections.ObjectModel;
using System.Text.Json.Serialization;
using Patterns.Stripe.Wire;

namespace Patterns.Stripe;

/// <summary>A dispute of a charge.</summary>
public sealed record StripeDispute : StripeObject
{
    /// <summary>Disputed, in minor units.</summary>
    public long Amount { get; init; }

    /// <summary>Lower-case ISO 4217.</summary>
    public string Currency { get; init => field = value ?? ""; } = "";

    /// <summary>Charge.</summary>
    [JsonConverter(typeof(ExpandableIdConverter))]
    public string Charge { get; init => field = value ?? ""; } = "";

    /// <summary>Payment intent.</summary>
    [JsonConverter(typeof(ExpandableIdConverter))]
    public string? PaymentIntent { get; init; }

    /// <summary><c>warning_needs_response</c>, <c>warning_under_review</c>, <c>warning_closed</c>, <c>needs_response</c>, <c>under_review</c>, <c>won</c>, <c>lost</c> or <c>prevented</c>.</summary>
    public string Status { get; init => field = value ?? ""; } = "";

    /// <summary>Why, such as <c>fraudulent</c>.</summary>
    public string Reason { get; init => field = value ?? ""; } = "";

    /// <summary>Whether a refund of the charge ends it.</summary>
    public bool IsChargeRefundable { get; init; }

    /// <summary>The money that it moved: none, one or two.</summary>
    public IReadOnlyList<StripeBalanceTransaction> BalanceTransactions { get; init => field = value ?? []; } = [];

    /// <summary>Until when to answer, and whether that was done.</summary>
    public StripeDisputeDeadline? EvidenceDetails { get; init; }

    /// <summary>When it was opened.</summary>
    public DateTimeOffset Created { get; init; }

    /// <summary>What you stored with it.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init => field = value ?? ReadOnlyDictionary<string, string>.Empty; } = ReadOnlyDictionary<string, string>.Empty;
}
