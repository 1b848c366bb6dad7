using Patterns.WebhookSecurity.Schemes;

namespace Patterns.WebhookSecurity;

/// <summary>The schemes of the common providers, and a template for the others.</summary>
public static class WebhookScheme
{
    /// <summary>
    /// Stripe: <c>Stripe-Signature: t=...,v1=...</c>, HMAC-SHA256 in hex over <c>t.body</c>. The secret (<c>whsec_...</c>) is used whole, as text. <c>v0</c> is never
    /// accepted. Id and type are the event's, from the signed body. Source: docs.stripe.com/webhooks/signature.
    /// </summary>
    public static IWebhookScheme Stripe { get; } = new StripeScheme();
}
