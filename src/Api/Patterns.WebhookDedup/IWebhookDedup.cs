using Npgsql;

namespace Patterns.WebhookDedup;

/// <summary>Lets the effect of a webhook event happen exactly once, however often, wherever and however concurrently it is delivered. Thread-safe.</summary>
public interface IWebhookDedup
{
    /// <summary>The most events that one call of <see cref="ClaimAsync(NpgsqlTransaction, IReadOnlyList{WebhookEvent}, CancellationToken)"/> takes: 1,000.</summary>
    const int MaxBatch = 1_000;

    /// <summary>
    /// Claims an event in your transaction, with one statement in one round trip. Do the work only if the answer is <see cref="ClaimOutcome.New"/>: the claim
    /// commits with it or not at all, so that a crash, an exception or a rollback leaves nothing and the provider's next delivery is new again. A
    /// claim never waits for another claim. Rolling back to a savepoint that was set before the claim gives it up.
    /// </summary>
    /// <param name="transaction">An open READ COMMITTED transaction on the database of <c>AddPostgres</c>. The claim holds one entry of the server's lock table until it ends.</param>
    /// <param name="webhookEvent">The event.</param>
    /// <param name="ct">Cancels the statement, after which the transaction can only be rolled back.</param>
    /// <returns>The answer, with the status code that the provider should get after your commit.</returns>
    /// <exception cref="ArgumentException">The transaction is finished, of another database, or not READ COMMITTED; it is left as it was.</exception>
    /// <exception cref="InvalidOperationException">The tables are missing; the message says how to make them.</exception>
    /// <exception cref="NpgsqlException">The driver's own exception for everything else: nothing is claimed unless you commit.</exception>
    ValueTask<WebhookReceipt> ClaimAsync(NpgsqlTransaction transaction, WebhookEvent webhookEvent, CancellationToken ct = default);

    /// <summary>
    /// Claims up to <see cref="MaxBatch"/> events as <see cref="ClaimAsync(NpgsqlTransaction, WebhookEvent, CancellationToken)"/> does, also in one statement. An event that is
    /// twice in the list is <see cref="ClaimOutcome.New"/> the first time and <see cref="ClaimOutcome.Duplicate"/> the second.
    /// </summary>
    /// <param name="transaction">An open READ COMMITTED transaction on the database of <c>AddPostgres</c>.</param>
    /// <param name="events">The events, in any order; an empty list is answered without asking the server.</param>
    /// <param name="ct">Cancels the statement, after which the transaction can only be rolled back.</param>
    /// <returns>One answer per event, in the order of the list.</returns>
    /// <exception cref="ArgumentException">The list is too long or holds null; or as above.</exception>
    /// <exception cref="InvalidOperationException">The tables are missing.</exception>
    /// <exception cref="NpgsqlException">The driver's own exception for everything else.</exception>
    ValueTask<IReadOnlyList<WebhookReceipt>> ClaimAsync(NpgsqlTransaction transaction, IReadOnlyList<WebhookEvent> events, CancellationToken ct = default);

    /// <summary>
    /// Opens a transaction, claims the event, runs the handler in it if the event is new, and commits. When the handler throws, everything is rolled back, and
    /// <see cref="WebhookSourceOptions.OnFailure"/> says what follows. A crash at any moment leaves all of it or nothing.
    /// </summary>
    /// <param name="webhookEvent">The event.</param>
    /// <param name="handler">
    /// The work, in the transaction that it is given; it neither commits nor rolls back. After a serialization failure or a deadlock it runs again from its start, after
    /// a rollback, so effects outside the database belong after the call, or carry the receipt's id as their own idempotency key.
    /// </param>
    /// <param name="ct">Observed until <c>COMMIT</c> is sent: a cancelled call has changed nothing.</param>
    /// <returns>The answer. With <see cref="HandlerFailurePolicy.StoreAndRetry"/>, an event whose handler failed is <see cref="ClaimOutcome.New"/> and <see cref="WebhookReceipt.Stored"/>.</returns>
    /// <exception cref="ArgumentException">The payload is larger than <see cref="WebhookDedupOptions.MaxPayloadBytes"/> and might have to be stored; nothing was run.</exception>
    /// <exception cref="InvalidOperationException">The tables are missing; or the handler swallowed the error of a statement.</exception>
    /// <exception cref="Patterns.Postgres.OutcomeUnknownException">The connection was lost during <c>COMMIT</c>. Answer 5xx: the next delivery is told whether it was committed.</exception>
    /// <exception cref="Exception">The handler's own exception: everything was rolled back and nothing is stored.</exception>
    Task<WebhookReceipt> RunOnceAsync(WebhookEvent webhookEvent, Func<NpgsqlTransaction, CancellationToken, Task> handler, CancellationToken ct = default);

    /// <summary>
    /// Stores the event, to be worked on later by the <see cref="IWebhookHandler"/> of its source and type, and returns when key and payload are durable: for providers that wait only
    /// seconds for the answer. A crash before that leaves nothing; one after it is told <see cref="ClaimOutcome.Duplicate"/> at the next delivery.
    /// </summary>
    /// <param name="webhookEvent">The event. Its payload is not copied: leave it alone until the answer is there.</param>
    /// <param name="ct">A cancelled call leaves all of the event or nothing; the next delivery is told which.</param>
    /// <returns>The answer: <see cref="ClaimOutcome.New"/> and <see cref="WebhookReceipt.Stored"/>, or what became of the event before.</returns>
    /// <exception cref="ArgumentException">The payload is larger than <see cref="WebhookDedupOptions.MaxPayloadBytes"/>.</exception>
    /// <exception cref="InvalidOperationException">The tables are missing.</exception>
    /// <exception cref="NpgsqlException">The driver's own exception for everything else: answer 5xx. The next delivery is told whether the event was stored.</exception>
    ValueTask<WebhookReceipt> ReceiveAsync(WebhookEvent webhookEvent, CancellationToken ct = default);
}
