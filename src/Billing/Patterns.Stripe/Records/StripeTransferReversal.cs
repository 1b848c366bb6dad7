using System.Collections.ObjectModel;
using System.Text.Json.Serialization;
using Patterns.Stripe.Wire;

namespace Patterns.Stripe;

/// <summary>What was taken back of a transfer.</summary>
public sealed record StripeTransferReversal : StripeObject
{
    /// <summary>In minor units.</summary>
    public long Amount { get; init; }

    /// <summary>Lower-case ISO 4217.</summary>
    public string Currency { get; init => field = value ?? ""; } = "";

    /// <summary>Transfer.</summary>
    [JsonConverter(typeof(ExpandableIdConverter))]
    public string Transfer { get; init => field = value ?? ""; } = "";

    /// <summary>Movement of the platform's balance.</summary>
    [JsonConverter(typeof(ExpandableIdConverter))]
    public string? BalanceTransaction { get; init; }

    /// <summary>Refund on the connected account.</summary>
    [JsonConverter(typeof(ExpandableIdConverter))]
    public string? DestinationPaymentRefund { get; init; }

    /// <summary>Refund that caused it.</summary>
    [JsonConverter(typeof(ExpandableIdConverter))]
    public string? SourceRefund { get; init; }

    /// <summary>When it was made.</summary>
    public DateTimeOffset Created { get; init; }

    /// <summary>What you stored with it.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init => field = value ?? ReadOnlyDictionary<string, string>.Empty; } = ReadOnlyDictionary<string, string>.Empty;
}
