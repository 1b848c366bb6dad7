using Patterns.Postgres;

namespace Patterns.WebhookDedup;

/// <summary>
/// Receives events to be worked on later: key and payload are durable, or nothing is, when the answer comes. Each event has a transaction of its own.
/// </summary>
internal sealed class WebhookIntake(IPostgres postgres, SourceMap sources, WakeSignal wake)
{
    private readonly ClaimStatement _claim = new(postgres);
    private readonly StoreStatement _store = new(postgres);
    private readonly ReviveStatement _revive = new(postgres);

    /// <summary>Claims the event and stores it if it is new. A delivery of a dead event revives it, where its source says so.</summary>
    public async ValueTask<Claim> ReceiveAsync(WebhookEvent webhookEvent, byte[]? fingerprint, CancellationToken ct)
    {
        var source = sources.Of(webhookEvent);
        var order = EventOrder.Of(webhookEvent, source);
        var due = false;
        var claim = await postgres.RunAsync(
            async (transaction, token) =>
            {
                var claim = await _claim.ExecuteAsync(transaction, webhookEvent, fingerprint, order, stored: true, token).ConfigureAwait(false);
                due = claim.Receipt.Outcome == ClaimOutcome.New;
                if (due)
                    await _store.ExecuteAsync(transaction, webhookEvent, claim.Receipt, order, failure: null, token).ConfigureAwait(false);
                else if (claim.Receipt is { Outcome: ClaimOutcome.Duplicate, Stored: true } && source.RedeliveryRevivesDead)
                    due = await _revive.ExecuteAsync(transaction, webhookEvent.Tenant, claim.Receipt.ReceiptId, token).ConfigureAwait(false);

                return claim;
            },
            options: null,
            ct).ConfigureAwait(false);
        if (due)
            wake.Raise();

        return claim;
    }
}
