using Patterns.Stripe.Wire;

namespace Patterns.Stripe;

public static partial class StripeCalls
{
    /// <summary>Reads an invoice.</summary>
    /// <param name="client">The client.</param>
    /// <param name="id">Its id.</param>
    /// <param name="options">What this call does otherwise than its client.</param>
    /// <param name="ct">Ends the call; see <see cref="IStripeClient.SendAsync"/>.</param>
    /// <returns>The invoice.</returns>
    /// <exception cref="StripeApiException">Stripe answered with an error, or did not answer.</exception>
    public static Task<StripeInvoice> GetInvoiceAsync(this IStripeClient client, string id, StripeCallOptions? options = null, CancellationToken ct = default) =>
        client.GetAsync($"/v1/invoices/{RequestRules.PathPart(id, nameof(id))}", ResourceJson.Default.StripeInvoice, options, ct);

    /// <summary>Lists invoices, newest first.</summary>
    /// <param name="client">The client.</param>
    /// <param name="filter">Which.</param>
    /// <param name="options">What this call does otherwise than its client.</param>
    /// <param name="ct">Ends the call; see <see cref="IStripeClient.SendAsync"/>.</param>
    /// <returns>The invoices, one page in memory at a time.</returns>
    /// <exception cref="StripeApiException">Stripe answered with an error, or did not answer.</exception>
    public static IAsyncEnumerable<StripeInvoice> ListInvoicesAsync(this IStripeClient client, InvoiceFilter filter, StripeCallOptions? options = null, CancellationToken ct = default) =>
        client.ListAsync(StripeRequest.Get("/v1/invoices", filter, ParameterJson.Default.InvoiceFilter).Path, ResourceJson.Default.StripeInvoice, options, ct);

    /// <summary>Calculates the invoice that a change would make. Nothing changes.</summary>
    /// <param name="client">The client.</param>
    /// <param name="preview">The change.</param>
    /// <param name="options">What this call does otherwise than its client.</param>
    /// <param name="ct">Ends the call; see <see cref="IStripeClient.SendAsync"/>.</param>
    /// <returns>The invoice that would be.</returns>
    /// <exception cref="StripeApiException">Stripe answered with an error, or did not answer.</exception>
    public static Task<StripeInvoice> PreviewInvoiceAsync(this IStripeClient client, InvoicePreview preview, StripeCallOptions? options = null, CancellationToken ct = default) =>
        client.PostAsync("/v1/invoices/create_preview", preview, ParameterJson.Default.InvoicePreview, ResourceJson.Default.StripeInvoice, options, ct);

    /// <summary>Voids an open invoice. It cannot be taken back.</summary>
    /// <param name="client">The client.</param>
    /// <param name="id">Its id.</param>
    /// <param name="options">What this call does otherwise than its client.</param>
    /// <param name="ct">Ends the call; see <see cref="IStripeClient.SendAsync"/>.</param>
    /// <returns>The invoice, void.</returns>
    /// <exception cref="StripeApiException">Stripe answered with an error, or did not answer.</exception>
    public static Task<StripeInvoice> VoidInvoiceAsync(this IStripeClient client, string id, StripeCallOptions? options = null, CancellationToken ct = default) =>
        client.CallAsync(StripeRequest.Post($"/v1/invoices/{RequestRules.PathPart(id, nameof(id))}/void", options), ResourceJson.Default.StripeInvoice, ct);

    /// <summary>Attempts to pay an open invoice. A decline is an answer, not a fault.</summary>
    /// <param name="client">The client.</param>
    /// <param name="invoiceId">The invoice.</param>
    /// <param name="paymentMethod">The payment method; the invoice's own choice when null.</param>
    /// <param name="options">
    /// What this call does otherwise than its client. Give it an idempotency key that names this one attempt, so that a crash repeats the attempt instead of making another;
    /// Stripe answers a repeated key with the first answer, a decline included, so the next attempt takes another key.
    /// </param>
    /// <param name="ct">Ends the call; see <see cref="IStripeClient.SendAsync"/>.</param>
    /// <returns>What became of the attempt.</returns>
    /// <exception cref="StripeApiException">Any other error, such as an invoice that is paid already; or no answer.</exception>
    public static async Task<PayInvoiceResult> PayInvoiceAsync(this IStripeClient client, string invoiceId, string? paymentMethod, StripeCallOptions options, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(options);
        var request = StripeRequest.Post(
            $"/v1/invoices/{RequestRules.PathPart(invoiceId, nameof(invoiceId))}/pay", new InvoicePayment { PaymentMethod = paymentMethod }, ParameterJson.Default.InvoicePayment, options);
        var response = await client.SendAsync(request, ct).ConfigureAwait(false);
        if (response.Status is >= 200 and <= 299)
        {
            var invoice = response.Read(ResourceJson.Default.StripeInvoice);
            return invoice.Status == "paid" ? new PayInvoiceResult.Paid(invoice) : new PayInvoiceResult.Processing(invoice);
        }
        var failure = ErrorReader.Read(response);
        if (NeedsCustomer(failure.Error)) return new PayInvoiceResult.RequiresAction(failure.Error);
        return failure.Kind == StripeErrorKind.Card ? new PayInvoiceResult.Declined(failure.Error) : throw failure;
    }

    // Source: https://docs.stripe.com/error-codes; an issuer that wants authentication says so as a decline.
    private static bool NeedsCustomer(StripeError error) =>
        error.Code is "invoice_payment_intent_requires_action" or "authentication_required" || error.DeclineCode == "authentication_required";
}
