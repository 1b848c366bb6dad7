namespace Patterns.Stripe;

/// <summary>What a credit grant may pay for.</summary>
public sealed record CreditApplicability
{
    /// <summary>The prices.</summary>
    public required CreditScope Scope { get; init; }
}
