namespace Patterns.WebhookDedup;

/// <summary>An event whose attempt is counted and that is ours until its lease ends.</summary>
/// <param name="Event">The event as it was stored.</param>
/// <param name="ReceiptId">Its id.</param>
/// <param name="ReceivedAt">With the tenant and the id, its row.</param>
/// <param name="Token">What proves that the lease is still ours.</param>
/// <param name="LeasedAt">A timestamp of this process from before the lease began.</param>
/// <param name="Ordering">How events of its entity are ordered.</param>
/// <param name="Attempt">Which attempt this is, from 1.</param>
/// <param name="Deferrals">How often it was deferred.</param>
/// <param name="Redrives">How often it was re-driven.</param>
/// <param name="Alone">Whether nothing may run beside it in this process, because it may be what ended earlier ones.</param>
/// <param name="Partition">The table that holds its row, as the server writes its name.</param>
internal sealed record LeasedWebhook(
    WebhookEvent Event,
    Guid ReceiptId,
    DateTimeOffset ReceivedAt,
    Guid Token,
    long LeasedAt,
    WebhookOrdering Ordering,
    int Attempt,
    int Deferrals,
    int Redrives,
    bool Alone,
    string Partition);
