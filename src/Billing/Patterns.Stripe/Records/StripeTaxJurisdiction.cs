namespace Patterns.Stripe;

/// <summary>Who levies a tax.</summary>
public sealed record StripeTaxJurisdiction
{
    /// <summary>Two letters (ISO 3166-1).</summary>
    public string Country { get; init; } = "";

    /// <summary>Name.</summary>
    public string DisplayName { get; init; } = "";

    /// <summary><c>country</c>, <c>state</c>, <c>county</c>, <c>city</c> or <c>district</c>.</summary>
    public string Level { get; init; } = "";

    /// <summary>State or province.</summary>
    public string? State { get; init; }
}
