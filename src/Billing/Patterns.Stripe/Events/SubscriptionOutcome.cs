namespace Patterns.Stripe;

/// <summary>What <see cref="SubscriptionState.Apply"/> decided.</summary>
public enum SubscriptionOutcome
{
    /// <summary>The event is about another object, or another subscription: nothing to do. The value of a result that nobody made.</summary>
    Unrelated = 0,

    /// <summary>The event is the newest so far: keep the new state.</summary>
    Applied,

    /// <summary>The event is older than the state, or would revive a subscription that has ended: nothing to do.</summary>
    Stale,

    /// <summary>The event is already in the state: nothing to do.</summary>
    Duplicate,

    /// <summary>
    /// The event does not say what is true now: it is as old as the state, to the second, or a notification without the object. Fetch the subscription and pass it to
    /// <see cref="SubscriptionState.Refetched"/>.
    /// </summary>
    Refetch,
}
