namespace Patterns.Stripe;

/// <summary>What a credit grant may pay for.</summary>
public sealed record StripeCreditApplicability
{
    /// <summary>The prices.</summary>
    public StripeCreditScope? Scope { get; init; }
}
