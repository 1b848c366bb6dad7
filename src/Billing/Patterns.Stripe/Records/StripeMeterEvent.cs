using System.Collections.ObjectModel;

namespace Patterns.Stripe;

/// <summary>A unit of usage that Stripe took.</summary>
public sealed record StripeMeterEvent : StripeObject
{
    /// <summary>Name of the meter's event.</summary>
    public string EventName { get; init => field = value ?? ""; } = "";

    /// <summary>What makes it unique, for at least 24 hours.</summary>
    public string Identifier { get; init => field = value ?? ""; } = "";

    /// <summary>Customer, value and dimensions.</summary>
    public IReadOnlyDictionary<string, string> Payload { get; init => field = value ?? ReadOnlyDictionary<string, string>.Empty; } = ReadOnlyDictionary<string, string>.Empty;

    /// <summary>When the usage happened.</summary>
    public DateTimeOffset Timestamp { get; init; }

    /// <summary>When Stripe took it.</summary>
    public DateTimeOffset Created { get; init; }
}
