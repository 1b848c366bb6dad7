namespace Patterns.Stripe;

/// <summary>The answer of <see cref="StripeEvents.Parse"/>.</summary>
/// <param name="Outcome">What was found.</param>
/// <param name="Event">The event if <paramref name="Outcome"/> is <see cref="StripeEventOutcome.Verified"/>, otherwise <see langword="null"/>.</param>
public readonly record struct StripeEventResult(StripeEventOutcome Outcome, StripeEvent? Event);
