namespace Patterns.WebhookDedup;

/// <summary>What <see cref="IWebhookDedup.RunOnceAsync"/> does when the handler throws and its transaction is rolled back.</summary>
public enum HandlerFailurePolicy
{
    /// <summary>The exception goes to the caller, who answers 5xx; the provider's next delivery is new.</summary>
    Rethrow,

    /// <summary>
    /// The event is stored in a second transaction (table <c>webhook_dedup_events</c>, state <c>pending</c>, attempt 1, with the exception's type and message), the caller
    /// answers 2xx, and further deliveries are duplicates. From then on the event is the <see cref="IWebhookHandler"/>'s of its source and type: the second attempt follows after 10 s,
    /// in a process that has one. If storing fails too, the handler's exception goes to the caller.
    /// </summary>
    StoreAndRetry,
}
