using System.Collections.ObjectModel;
using System.Text.Json.Serialization;
using Patterns.Stripe.Wire;

namespace Patterns.Stripe;

/// <summary>A checkout session.</summary>
public sealed record StripeCheckoutSession : StripeObject
{
    /// <summary>Where to send the customer; null once the session has ended.</summary>
    public string? Url { get; init; }

    /// <summary><c>open</c>, <c>complete</c> or <c>expired</c>.</summary>
    public string? Status { get; init; }

    /// <summary><c>paid</c>, <c>unpaid</c> or <c>no_payment_required</c>.</summary>
    public string PaymentStatus { get; init => field = value ?? ""; } = "";

    /// <summary><c>payment</c>, <c>setup</c> or <c>subscription</c>.</summary>
    public string Mode { get; init => field = value ?? ""; } = "";

    /// <summary>Customer.</summary>
    [JsonConverter(typeof(ExpandableIdConverter))]
    public string? Customer { get; init; }

    /// <summary>E-mail address that the session was made with.</summary>
    public string? CustomerEmail { get; init; }

    /// <summary>Your own reference.</summary>
    public string? ClientReferenceId { get; init; }

    /// <summary>Subscription that it made.</summary>
    [JsonConverter(typeof(ExpandableIdConverter))]
    public string? Subscription { get; init; }

    /// <summary>Invoice that it made.</summary>
    [JsonConverter(typeof(ExpandableIdConverter))]
    public string? Invoice { get; init; }

    /// <summary>Payment intent of a payment.</summary>
    [JsonConverter(typeof(ExpandableIdConverter))]
    public string? PaymentIntent { get; init; }

    /// <summary>Total in minor units, with discounts and taxes.</summary>
    public long? AmountTotal { get; init; }

    /// <summary>Lower-case ISO 4217.</summary>
    public string? Currency { get; init; }

    /// <summary>Where the customer comes back to after paying.</summary>
    public string? SuccessUrl { get; init; }

    /// <summary>Where the customer comes back to without paying.</summary>
    public string? CancelUrl { get; init; }

    /// <summary>When it was made.</summary>
    public DateTimeOffset Created { get; init; }

    /// <summary>When it ends by itself.</summary>
    public DateTimeOffset ExpiresAt { get; init; }

    /// <summary>What you stored with it.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init => field = value ?? ReadOnlyDictionary<string, string>.Empty; } = ReadOnlyDictionary<string, string>.Empty;
}
