namespace Patterns.Stripe;

/// <summary>Why a subscription is canceled.</summary>
public sealed record CancellationDetails
{
    /// <summary>Your note.</summary>
    public StripeValue<string>? Comment { get; init; }

    /// <summary>What the customer chose: <c>customer_service</c>, <c>low_quality</c>, <c>missing_features</c>, <c>other</c>, <c>switched_service</c>, <c>too_complex</c>, <c>too_expensive</c> or <c>unused</c>.</summary>
    public StripeValue<string>? Feedback { get; init; }
}
