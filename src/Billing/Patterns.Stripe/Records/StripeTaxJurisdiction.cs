namespace Patterns.Stripe;

/// <summary>Who levies a tax.</summary>
public sealed record StripeTaxJurisdiction
{
    /// <summary>Two letters (ISO 3166-1).</summary>
    public string Country { get; init => field = value ?? ""; } = "";

    /// <summary>Name.</summary>
    public string DisplayName { get; init => field = value ?? ""; } = "";

    /// <summary><c>country</c>, <c>state</c>, <c>county</c>, <c>city</c> or <c>district</c>.</summary>
    public string Level { get; init => field = value ?? ""; } = "";

    /// <summary>State or province.</summary>
    public string? State { get; init; }
}
