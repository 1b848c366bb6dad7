using System.Collections.ObjectModel;
using System.Text.Json.Serialization;
using Patterns.Stripe.Wire;

namespace Patterns.Stripe;

/// <summary>Billing credits given to a customer.</summary>
public sealed record StripeCreditGrant : StripeObject
{
    /// <summary>Customer.</summary>
    [JsonConverter(typeof(ExpandableIdConverter))]
    public string Customer { get; init => field = value ?? ""; } = "";

    /// <summary>How much.</summary>
    public StripeCreditAmount? Amount { get; init; }

    /// <summary>What it may pay for.</summary>
    public StripeCreditApplicability? ApplicabilityConfig { get; init; }

    /// <summary><c>paid</c> or <c>promotional</c>.</summary>
    public string Category { get; init => field = value ?? ""; } = "";

    /// <summary>Your name for it.</summary>
    public string? Name { get; init; }

    /// <summary>0 to 100, the lower is used first.</summary>
    public int? Priority { get; init; }

    /// <summary>From when it may be used.</summary>
    public DateTimeOffset? EffectiveAt { get; init; }

    /// <summary>Until when; null for ever.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>When it was voided.</summary>
    public DateTimeOffset? VoidedAt { get; init; }

    /// <summary>When it was made.</summary>
    public DateTimeOffset Created { get; init; }

    /// <summary>When it was last changed.</summary>
    public DateTimeOffset? Updated { get; init; }

    /// <summary>What you stored with it.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init => field = value ?? ReadOnlyDictionary<string, string>.Empty; } = ReadOnlyDictionary<string, string>.Empty;
}
