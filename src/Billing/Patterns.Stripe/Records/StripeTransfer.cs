using System.Collections.ObjectModel;
using System.Text.Json.Serialization;
using Patterns.Stripe.Wire;

namespace Patterns.Stripe;

/// <summary>A transfer to a connected account.</summary>
public sealed record StripeTransfer : StripeObject
{
    /// <summary>In minor units.</summary>
    public long Amount { get; init; }

    /// <summary>Taken back so far, in minor units.</summary>
    public long AmountReversed { get; init; }

    /// <summary>Lower-case ISO 4217.</summary>
    public string Currency { get; init => field = value ?? ""; } = "";

    /// <summary>Connected account.</summary>
    [JsonConverter(typeof(ExpandableIdConverter))]
    public string? Destination { get; init; }

    /// <summary>Payment that the account received.</summary>
    [JsonConverter(typeof(ExpandableIdConverter))]
    public string? DestinationPayment { get; init; }

    /// <summary>Charge that it came from.</summary>
    [JsonConverter(typeof(ExpandableIdConverter))]
    public string? SourceTransaction { get; init; }

    /// <summary>Movement of the platform's balance.</summary>
    [JsonConverter(typeof(ExpandableIdConverter))]
    public string? BalanceTransaction { get; init; }

    /// <summary>Whether all of it was taken back.</summary>
    public bool Reversed { get; init; }

    /// <summary>Its latest reversals.</summary>
    public StripeList<StripeTransferReversal> Reversals { get; init => field = value ?? new(); } = new();

    /// <summary>Your name for what belongs together.</summary>
    public string? TransferGroup { get; init; }

    /// <summary>Your description.</summary>
    public string? Description { get; init; }

    /// <summary>When it was made.</summary>
    public DateTimeOffset Created { get; init; }

    /// <summary>What you stored with it.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init => field = value ?? ReadOnlyDictionary<string, string>.Empty; } = ReadOnlyDictionary<string, string>.Empty;
}
