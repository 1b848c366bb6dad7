namespace Patterns.WebhookDedup;

/// <summary>What is special about the events of one source.</summary>
public sealed class WebhookSourceOptions
{
    /// <summary>
    /// By what two payloads of one event are the same. Default: <see cref="WebhookFingerprint.RawBody"/>. After a change of this option, events from before the
    /// change that are delivered again are mismatches; set <see cref="OnMismatch"/> to <see cref="MismatchPolicy.TreatAsDuplicate"/> for as long as the provider redelivers.
    /// </summary>
    public WebhookFingerprint Fingerprint { get; set; } = WebhookFingerprint.RawBody;

    /// <summary>What a delivery with a known id and another payload is told. Default: <see cref="MismatchPolicy.Refuse"/>.</summary>
    public MismatchPolicy OnMismatch { get; set; }

    /// <summary>What <see cref="IWebhookDedup.RunOnceAsync"/> does when the handler throws. Default: <see cref="HandlerFailurePolicy.Rethrow"/>.</summary>
    public HandlerFailurePolicy OnFailure { get; set; }

    /// <summary>
    /// Whether a delivery of an event that is stored and dead revives it: its attempts begin anew. Only <see cref="IWebhookDedup.ReceiveAsync"/> does so. Default: off, as whatever killed
    /// it may still be there; see <see cref="IWebhookInbox.RedriveAsync"/>.
    /// </summary>
    public bool RedeliveryRevivesDead { get; set; }

    /// <summary>
    /// Finds the ordering key and the position of an event of an ordered type that does not say them itself (<see cref="WebhookEvent.OrderingKey"/>, <see cref="WebhookEvent.Position"/>).
    /// What it throws goes to the caller. Default: <see langword="null"/>; <see cref="UseStripe"/> sets it.
    /// </summary>
    public Func<WebhookEvent, (string? OrderingKey, long? Position)>? OrderBy { get; set; }

    internal TypePatterns<TypeOrdering> Orderings { get; } = new();

    /// <summary>
    /// Says what happens when events of some types come out of order. Of several patterns that match, the most specific one counts, as for handlers. Holds for events that are received
    /// from then on. One line of order is kept for each ordering key, across the ordered types of the source.
    /// </summary>
    /// <param name="type">A type (<c>invoice.updated</c>), all types below a dot (<c>invoice.*</c>), or <c>*</c>.</param>
    /// <param name="ordering">The order.</param>
    /// <param name="runStale">With <see cref="WebhookOrdering.LatestWins"/>: whether a stored event that is stale runs all the same, with <see cref="WebhookWork.IsStale"/>.</param>
    /// <exception cref="ArgumentException">The pattern is malformed, or the ordering is none of the enumeration.</exception>
    public void Order(string type, WebhookOrdering ordering, bool runStale = false)
    {
        if (!Enum.IsDefined(ordering))
            throw new ArgumentException($"The ordering of '{type}' is {ordering}; it takes None, LatestWins or Strict.", nameof(ordering));

        Orderings.Set(type, new(ordering, runStale));
    }

    /// <summary>
    /// For Stripe: the fingerprint leaves out <c>/pending_webhooks</c>, the number of endpoints that have not answered yet, which changes from one delivery of an
    /// event to the next (https://docs.stripe.com/api/events/object); and <see cref="OrderBy"/> reads the object's <c>id</c> and the event's <c>created</c> from the payload.
    /// </summary>
    public void UseStripe()
    {
        Fingerprint = WebhookFingerprint.JsonExcept("/pending_webhooks");
        OrderBy = static webhookEvent =>
        {
            var read = WebhookEvent.FromStripe(webhookEvent.Payload);
            return (read.OrderingKey, read.Position);
        };
    }
}
