namespace Patterns.Stripe;

/// <summary>An amount of money.</summary>
public sealed record StripeMoney
{
    /// <summary>Lower-case ISO 4217.</summary>
    public string Currency { get; init => field = value ?? ""; } = "";

    /// <summary>In minor units.</summary>
    public long Value { get; init; }
}
