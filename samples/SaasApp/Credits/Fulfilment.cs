using System.Globalization;
using Npgsql;
using Patterns.AuditLog;
using Patterns.CreditLedger;
using Patterns.WebhookDedup;

namespace SaasApp;

/// <summary>What a payment brings: a row of the payment, the credits that were bought, and an entry of the audit log, all in the transaction that claims the event.</summary>
internal sealed class Fulfilment(PaymentStore payments, ICreditLedger credits, IAuditLog audit)
{
    // <shown>
    public async Task FulfilAsync(NpgsqlTransaction transaction, WebhookEvent webhookEvent, CancellationToken ct)
    {
        var paid = StripeEnvelope.Read(webhookEvent.Payload).Data.Object;
        if (paid.Bought is (var tenant, var bought))
        {
            // First, since it says whether the other event of this purchase was here before. Stripe sends two, in any order.
            var granted = await credits.GrantAsync(
                transaction,
                new Grant(new AccountId(tenant), paid.PurchaseId, Pools.Paid, bought) { CostMinor = paid.Amount, Currency = paid.Currency, Reference = paid.PurchaseId },
                ct);
            if (granted.Outcome != GrantOutcome.Granted)
                return;

            await audit.AppendAsync(transaction, Entry(tenant, bought, paid), ct);
        }

        await payments.RecordAsync(transaction, webhookEvent, paid, ct);
    }
    // </shown>

    private static AuditEntry Entry(string tenant, long bought, StripeEnvelope.Paid paid) => new(tenant, new AuditActor("service", "stripe"), "billing.credits.bought")
    {
        Targets = [new AuditTarget("purchase", paid.PurchaseId)],
        Details = string.Create(CultureInfo.InvariantCulture, $$"""{"credits":{{bought}},"amount":{{paid.Amount ?? 0}},"currency":"{{paid.Currency}}"}"""),
        Personal = paid.CustomerEmail is { } email ? $$"""{"email":"{{System.Text.Json.JsonEncodedText.Encode(email)}}"}""" : null,
    };
}
