namespace Patterns.Stripe;

/// <summary>What to change of a dispute.</summary>
public sealed record DisputeUpdate
{
    /// <summary>Evidence by Stripe's field names, such as <c>product_description</c>; a null deletes it. At most 150,000 characters in all.</summary>
    public IReadOnlyDictionary<string, string?>? Evidence { get; init; }

    /// <summary>True sends the evidence to the bank at once, which can be done only once; false keeps it as a draft.</summary>
    public bool? Submit { get; init; }

    /// <summary>What you store with it; a null deletes its key, and keys that are not named stay.</summary>
    public IReadOnlyDictionary<string, string?>? Metadata { get; init; }
}
