namespace Patterns.Stripe;

/// <summary>An amount of billing credits.</summary>
public sealed record StripeCreditAmount
{
    /// <summary><c>monetary</c>.</summary>
    public string Type { get; init => field = value ?? ""; } = "";

    /// <summary>The money.</summary>
    public StripeMoney? Monetary { get; init; }
}
