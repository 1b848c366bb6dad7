namespace Patterns.Stripe;

/// <summary>A portal session to make.</summary>
public sealed record PortalSessionCreate
{
    /// <summary>Customer.</summary>
    public required string Customer { get; init; }

    /// <summary>Where the customer comes back to.</summary>
    public string? ReturnUrl { get; init; }

    /// <summary>Configuration of the portal; the default one without it.</summary>
    public string? Configuration { get; init; }

    /// <summary>Language, such as <c>auto</c> or <c>de</c>.</summary>
    public string? Locale { get; init; }

    /// <summary>Connected account whose branding shows.</summary>
    public string? OnBehalfOf { get; init; }
}
