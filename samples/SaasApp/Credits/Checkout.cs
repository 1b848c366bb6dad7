using Patterns.AuditLog;
using Patterns.CreditLedger;
using Patterns.WebhookDedup;

namespace SaasApp;

/// <summary>Plays a checkout as Stripe would report it at its worst: both events of a purchase over HTTP, each twice, and the later one first.</summary>
internal sealed class Checkout(StripeTestEvents events, StripeSender sender, OwnAddress address, ICreditLedger credits, PaymentStore payments, IAuditLog audit, IWebhookInbox inbox, TimeProvider time, IHostApplicationLifetime lifetime)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(20);

    public async Task<Purchase> PlayAsync(Person buyer, Pack pack, CancellationToken ct)
    {
        var account = new AccountId(buyer.Tenant);
        var before = (await credits.BalanceAsync(account, ct)).Available;
        var (checkout, invoice, purchaseId) = events.Purchase(buyer.Tenant, pack);
        var answers = new List<Purchase.Delivered>();
        foreach (var (delivered, number) in new[] { (invoice, 1), (checkout, 1), (checkout, 2), (invoice, 2) })
            answers.Add(new(delivered.Type, number, await sender.SendAsync(address.Value, delivered, age: default, crashPoint: null, ct)));

        // The invoice was stored, and its handler works after the answer.
        using var stopped = CancellationTokenSource.CreateLinkedTokenSource(ct, lifetime.ApplicationStopping);
        using var timer = new PeriodicTimer(Interval, time);
        while (await inbox.FindAsync(WebhookEvent.NoTenant, StripeWebhook.Source, invoice.Id, stopped.Token) is { State: WebhookState.Pending or WebhookState.Leased })
            await timer.WaitForNextTickAsync(stopped.Token);

        var entries = await audit.QueryAsync(new AuditFilter(buyer.Tenant, new AuditActor("user", buyer.Id)) { Target = new AuditTarget("purchase", purchaseId) }, ct);
        return new(purchaseId, buyer.Tenant, pack, answers, await payments.CountAsync(purchaseId, ct), entries.Entries.Count, before, (await credits.BalanceAsync(account, ct)).Available);
    }
}
