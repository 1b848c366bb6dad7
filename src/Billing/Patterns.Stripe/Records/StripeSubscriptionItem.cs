using System.Collections.ObjectModel;

namespace Patterns.Stripe;

/// <summary>One priced part of a subscription.</summary>
public sealed record StripeSubscriptionItem
{
    /// <summary>The id.</summary>
    public string Id { get; init => field = value ?? ""; } = "";

    /// <summary>What it costs.</summary>
    public StripePrice? Price { get; init; }

    /// <summary>How many; null for metered prices.</summary>
    public long? Quantity { get; init; }

    /// <summary>Start of its period; null in answers of API versions before 2025-03-31.</summary>
    public DateTimeOffset? CurrentPeriodStart { get; init; }

    /// <summary>End of its period; null in answers of API versions before 2025-03-31.</summary>
    public DateTimeOffset? CurrentPeriodEnd { get; init; }

    /// <summary>What you stored with it.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init => field = value ?? ReadOnlyDictionary<string, string>.Empty; } = ReadOnlyDictionary<string, string>.Empty;
}
