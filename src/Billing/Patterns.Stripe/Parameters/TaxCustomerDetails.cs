namespace Patterns.Stripe;

/// <summary>Who buys.</summary>
public sealed record TaxCustomerDetails
{
    /// <summary>Address.</summary>
    public StripeAddress? Address { get; init; }

    /// <summary><c>billing</c> or <c>shipping</c>.</summary>
    public string? AddressSource { get; init; }

    /// <summary>IP address, where no address is known.</summary>
    public string? IpAddress { get; init; }

    /// <summary>Tax ids. Stripe does not check whether they exist.</summary>
    public IReadOnlyList<TaxId>? TaxIds { get; init; }

    /// <summary><c>none</c>, <c>customer_exempt</c> or <c>reverse_charge</c>.</summary>
    public string? TaxabilityOverride { get; init; }
}
