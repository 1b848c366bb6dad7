namespace Patterns.Stripe;

/// <summary>An amount of billing credits.</summary>
public sealed record CreditAmount
{
    /// <summary><c>monetary</c>.</summary>
    public required string Type { get; init; }

    /// <summary>The money.</summary>
    public StripeMoney? Monetary { get; init; }
}
