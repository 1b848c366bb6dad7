namespace Patterns.Stripe;

/// <summary>Whether Stripe calculates taxes.</summary>
public sealed record AutomaticTax
{
    /// <summary>Whether it does.</summary>
    public required bool Enabled { get; init; }
}
