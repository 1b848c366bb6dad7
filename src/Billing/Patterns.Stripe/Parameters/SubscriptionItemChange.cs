namespace Patterns.Stripe;

/// <summary>A change of one item of a subscription.</summary>
public sealed record SubscriptionItemChange
{
    /// <summary>Item to change; none adds one.</summary>
    public string? Id { get; init; }

    /// <summary>Its price from now on.</summary>
    public string? Price { get; init; }

    /// <summary>How many.</summary>
    public long? Quantity { get; init; }

    /// <summary>True takes it away.</summary>
    public bool? Deleted { get; init; }

    /// <summary>With <see cref="Deleted"/>, forgets the usage of a metered price.</summary>
    public bool? ClearUsage { get; init; }

    /// <summary>What you store with it; a null deletes its key, and keys that are not named stay.</summary>
    public IReadOnlyDictionary<string, string?>? Metadata { get; init; }
}
