using System.Globalization;
using Patterns.WebhookDedup;

namespace SaasApp;

/// <summary>What a customer gets for a paid invoice. In a larger application this is the slow part: a PDF, a tax service, a mail.</summary>
internal static class Receipt
{
    public static string Render(WebhookEvent invoicePaid)
    {
        var paid = StripeEnvelope.Read(invoicePaid.Payload).Data.Object;
        // In the smallest unit, as Stripe says it: how many digits stand behind the point depends on the currency.
        return string.Create(
            CultureInfo.InvariantCulture,
            $"""
             Receipt for invoice {paid.Number ?? paid.Id}

             Received from  {paid.CustomerName ?? paid.Customer}
             Amount         {paid.AmountPaid} (smallest unit of {paid.Currency?.ToUpperInvariant()})
             Paid           {invoicePaid.OccurredAt:yyyy-MM-dd HH:mm} UTC

             """);
    }
}
