using Patterns.WebhookDedup;

namespace SaasApp;

/// <summary>
/// Works on paid invoices after Stripe has its answer: fulfils the payment and renders its receipt. Both are in the transaction that marks the event as done. When it throws, or the process
/// dies, nothing of it is there, and the event comes again.
/// </summary>
internal sealed class InvoicePaidHandler(Fulfilment fulfilment, ReceiptStore receipts) : IWebhookHandler
{
    public async Task<WebhookResult> HandleAsync(WebhookWork work, CancellationToken ct)
    {
        await fulfilment.FulfilAsync(work.Transaction, work.Event, ct);
        await receipts.RecordAsync(work.Transaction, work.Event.Id, Receipt.Render(work.Event), ct);
        return WebhookResult.Done;
    }
}
