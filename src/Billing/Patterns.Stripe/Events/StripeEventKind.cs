namespace Patterns.Stripe;

/// <summary>What an event carries.</summary>
public enum StripeEventKind
{
    /// <summary>A v1 event (<c>object</c> is <c>event</c>): <see cref="StripeEvent.Snapshot"/> is the object as it was when the event was made.</summary>
    Snapshot = 0,

    /// <summary>A v2 notification (<c>object</c> is <c>v2.core.event</c>): <see cref="StripeEvent.RelatedObject"/> says what to fetch.</summary>
    Notification,
}
