namespace Patterns.WebhookDedup;

/// <summary>What a claim was told.</summary>
public enum ClaimOutcome
{
    /// <summary>The event is yours: do the work in the same transaction. Every other delivery is refused if you commit, and none if you do not.</summary>
    New,

    /// <summary>A committed transaction has claimed the event before; do nothing, and answer with success.</summary>
    Duplicate,

    /// <summary>
    /// Another open transaction is at work on the event, and nobody knows yet whether it will commit; or, for an ordered type, it is another event's turn. Not success: answering 2xx now
    /// would lose the event if that transaction fails, because the provider would not deliver it again.
    /// </summary>
    InFlight,

    /// <summary>The event's id was claimed before with another payload. The first one stands; this one must not be worked on.</summary>
    PayloadMismatch,

    /// <summary>
    /// The first delivery of an event that came too late: of an ordered type (<see cref="WebhookOrdering.LatestWins"/>) and below a position that was already applied under its ordering
    /// key. Do nothing, commit, and answer with success; every later delivery is a duplicate.
    /// </summary>
    Stale,
}
