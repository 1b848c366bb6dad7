namespace Patterns.WebhookDedup;

/// <summary>The answer to a claim.</summary>
/// <param name="Outcome">Whether to do the work.</param>
/// <param name="ReceiptId">
/// The event's own id in this system: the same one for every delivery, and so the right idempotency key for effects outside the database. Empty
/// for <see cref="ClaimOutcome.InFlight"/>.
/// </param>
/// <param name="Stored">Whether the event was stored, to be worked on later, rather than claimed by a transaction that did the work.</param>
/// <param name="FirstReceivedAt">When the claim that counts was made, by the database's clock. The default value for <see cref="ClaimOutcome.InFlight"/>.</param>
/// <param name="Deliveries">
/// How many deliveries are known, with this one; 0 for <see cref="ClaimOutcome.InFlight"/>. A lower bound: a duplicate is not counted when its transaction rolls back, or
/// when another open transaction holds the event (counting would mean waiting for it).
/// </param>
public readonly record struct WebhookReceipt(ClaimOutcome Outcome, Guid ReceiptId, bool Stored, DateTimeOffset FirstReceivedAt, int Deliveries)
{
    /// <summary>
    /// The status code for the provider, to be sent after the commit: 200 for <see cref="ClaimOutcome.New"/>, <see cref="ClaimOutcome.Duplicate"/> and <see cref="ClaimOutcome.Stale"/>, 503 for
    /// <see cref="ClaimOutcome.InFlight"/>, 409 for <see cref="ClaimOutcome.PayloadMismatch"/>.
    /// </summary>
    public int HttpStatus => Outcome switch
    {
        ClaimOutcome.InFlight => 503,
        ClaimOutcome.PayloadMismatch => 409,
        _ => 200,
    };

    /// <summary>What to send as <c>Retry-After</c>: 5 s for <see cref="ClaimOutcome.InFlight"/>, else <see langword="null"/>.</summary>
    public TimeSpan? RetryAfter => Outcome == ClaimOutcome.InFlight ? TimeSpan.FromSeconds(5) : null;
}
