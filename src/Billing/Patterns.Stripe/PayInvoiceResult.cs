namespace Patterns.Stripe;

/// <summary>What became of an attempt to pay an invoice: <see cref="Paid"/>, <see cref="Processing"/>, <see cref="RequiresAction"/> or <see cref="Declined"/>.</summary>
public abstract record PayInvoiceResult
{
    private PayInvoiceResult()
    {
    }

    /// <summary>The invoice is paid.</summary>
    /// <param name="Invoice">The invoice.</param>
    public sealed record Paid(StripeInvoice Invoice) : PayInvoiceResult;

    /// <summary>Stripe took the payment, and tells the end of it by an event days later, as of a bank debit.</summary>
    /// <param name="Invoice">The invoice, still open.</param>
    public sealed record Processing(StripeInvoice Invoice) : PayInvoiceResult;

    /// <summary>The customer must authenticate the payment; the error names its payment intent.</summary>
    /// <param name="Error">The whole error.</param>
    public sealed record RequiresAction(StripeError Error) : PayInvoiceResult;

    /// <summary>The payment was declined. Repeating the call with the same key repeats this answer: a new attempt takes a new key.</summary>
    /// <param name="Error">The whole error, with the decline and advice codes.</param>
    public sealed record Declined(StripeError Error) : PayInvoiceResult;
}
