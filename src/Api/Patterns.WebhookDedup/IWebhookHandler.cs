namespace Patterns.WebhookDedup;

/// <summary>
/// Works on stored events of one source and type pattern (<see cref="WebhookDedupOptions.Handle{THandler}"/>). Each attempt has a handler of its own, from a new scope of services.
/// </summary>
public interface IWebhookHandler
{
    /// <summary>
    /// Does an event's work in <see cref="WebhookWork.Transaction"/>, which commits together with the event's state. An exception is a failed attempt: what was written is
    /// rolled back, and the event comes again after 10 s, doubling to an hour, until it is dead after 12 attempts. After a serialization failure or a deadlock the same attempt runs
    /// again at once. Effects outside the database carry <see cref="WebhookWork.ReceiptId"/> as their idempotency key.
    /// </summary>
    /// <param name="work">The event and its transaction; neither commit it nor roll it back.</param>
    /// <param name="ct">Cancelled when the application stops (the event is given back, and this is no attempt), and 5 s before the lease of 5 minutes ends (a failed attempt).</param>
    /// <returns><see cref="WebhookResult.Done"/>, <see cref="WebhookResult.Ignored"/> or <see cref="WebhookResult.Defer"/>.</returns>
    Task<WebhookResult> HandleAsync(WebhookWork work, CancellationToken ct);
}
