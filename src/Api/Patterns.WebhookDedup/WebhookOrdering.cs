namespace Patterns.WebhookDedup;

/// <summary>
/// What happens to events that come out of order. It concerns the events of one <see cref="WebhookEvent.OrderingKey"/> that have a <see cref="WebhookEvent.Position"/>, and never runs
/// two of them at the same time (except with <see cref="None"/>).
/// </summary>
public enum WebhookOrdering
{
    /// <summary>Every event runs, in any order.</summary>
    None,

    /// <summary>
    /// For handlers that copy state: an event whose position is below one that was already applied does not run. Equal positions both run, because a clock of whole seconds (Stripe's)
    /// does not say which came first. Not for types with an effect of their own, such as <c>invoice.paid</c>: when a later event came first, that effect is lost.
    /// </summary>
    LatestWins,

    /// <summary>
    /// In the order of positions: a later event waits behind an earlier one that was received and failed, until that is done or dead. An event that comes after a later one was
    /// done runs with <see cref="WebhookWork.IsStale"/>.
    /// </summary>
    Strict,
}
