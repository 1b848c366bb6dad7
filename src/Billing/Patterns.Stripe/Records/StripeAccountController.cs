namespace Patterns.Stripe;

/// <summary>Who is responsible for an account.</summary>
public sealed record StripeAccountController
{
    /// <summary><c>application</c> or <c>account</c>.</summary>
    public string Type { get; init => field = value ?? ""; } = "";

    /// <summary>Whether the asking platform controls it.</summary>
    public bool IsController { get; init; }

    /// <summary>Who bears its losses; said to the controlling platform only.</summary>
    public StripeAccountLosses? Losses { get; init; }

    /// <summary>Who pays its fees; said to the controlling platform only.</summary>
    public StripeAccountFees? Fees { get; init; }

    /// <summary>Who collects its requirements, <c>application</c> or <c>stripe</c>.</summary>
    public string? RequirementCollection { get; init; }
}
