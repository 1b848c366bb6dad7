namespace Patterns.Stripe;

/// <summary>The answer of <see cref="SubscriptionState.Apply"/>.</summary>
/// <param name="Outcome">What was decided.</param>
/// <param name="State">The state from now on: a new one only for <see cref="SubscriptionOutcome.Applied"/>, otherwise the one that was passed in.</param>
public readonly record struct SubscriptionTransition(SubscriptionOutcome Outcome, SubscriptionState? State);
