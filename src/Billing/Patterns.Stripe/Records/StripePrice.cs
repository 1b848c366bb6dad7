using System.Collections.ObjectModel;
using System.Text.Json.Serialization;
using Patterns.Stripe.Wire;

namespace Patterns.Stripe;

/// <summary>A price.</summary>
public sealed record StripePrice
{
    /// <summary>The id.</summary>
    public string Id { get; init => field = value ?? ""; } = "";

    /// <summary>Whether new purchases may use it.</summary>
    public bool Active { get; init; }

    /// <summary>Lower-case ISO 4217.</summary>
    public string Currency { get; init => field = value ?? ""; } = "";

    /// <summary>Price of one unit in minor units; null for tiers and fractions.</summary>
    public long? UnitAmount { get; init; }

    /// <summary>The same with up to 12 decimals.</summary>
    [JsonNumberHandling(JsonNumberHandling.AllowReadingFromString | JsonNumberHandling.WriteAsString)]
    public decimal? UnitAmountDecimal { get; init; }

    /// <summary>Product.</summary>
    [JsonConverter(typeof(ExpandableIdConverter))]
    public string? Product { get; init; }

    /// <summary>Your own name for it.</summary>
    public string? LookupKey { get; init; }

    /// <summary>Description, hidden from customers.</summary>
    public string? Nickname { get; init; }

    /// <summary><c>one_time</c> or <c>recurring</c>.</summary>
    public string? Type { get; init; }

    /// <summary><c>per_unit</c> or <c>tiered</c>.</summary>
    public string? BillingScheme { get; init; }

    /// <summary><c>graduated</c> or <c>volume</c>.</summary>
    public string? TiersMode { get; init; }

    /// <summary>How it recurs; null for a one-time price.</summary>
    public StripeRecurrence? Recurring { get; init; }

    /// <summary>What you stored with it.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init => field = value ?? ReadOnlyDictionary<string, string>.Empty; } = ReadOnlyDictionary<string, string>.Empty;
}
