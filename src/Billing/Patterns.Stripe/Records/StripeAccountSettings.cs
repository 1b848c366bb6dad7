namespace Patterns.Stripe;

/// <summary>The settings of an account.</summary>
public sealed record StripeAccountSettings
{
    /// <summary>How it is paid out.</summary>
    public StripePayoutSettings? Payouts { get; init; }
}
