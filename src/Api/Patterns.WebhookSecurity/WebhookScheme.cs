using System.Security.Cryptography;
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

    /// <summary>
    /// Standard Webhooks, and Svix under its own header names: <c>webhook-signature</c> over <c>webhook-id.webhook-timestamp.body</c>, as <c>v1</c> (HMAC-SHA256) or
    /// <c>v1a</c> (Ed25519, see <see cref="WebhookSecurityOptions.Ed25519Verifier"/>). Secrets are <c>whsec_</c> and base64 of 24 to 64 bytes, public keys <c>whpk_</c> and
    /// base64 of 32. The id is signed, the type is the body's <c>type</c>. Source: standardwebhooks.com.
    /// </summary>
    public static IWebhookScheme StandardWebhooks { get; } = new StandardWebhooksScheme(ed25519: null);

    /// <summary>
    /// GitHub: <c>X-Hub-Signature-256</c>, HMAC-SHA256 in hex over the body; the SHA-1 header is ignored. Bodies up to 25 MiB. The delivery id and the event's type are headers that
    /// are not signed. Source: docs.github.com/webhooks/using-webhooks/validating-webhook-deliveries.
    /// </summary>
    public static IWebhookScheme GitHub { get; } = new HmacScheme
    {
        Algorithm = HashAlgorithmName.SHA256,
        Content = SignedContent.Parse("{body}"),
        Headers = [new("X-Hub-Signature-256", Id: "X-GitHub-Delivery", Type: "X-GitHub-Event")],
        Prefix = "sha256=",
        MaxBodyBytes = 25 * 1024 * 1024,
    };

    /// <summary>
    /// Shopify: <c>X-Shopify-Hmac-Sha256</c> (or <c>shopify-hmac-sha256</c> for its newer events), HMAC-SHA256 in base64 over the body. The webhook id and the topic are headers that
    /// are not signed: use one endpoint per topic where the topic decides what is done. Source: shopify.dev/docs/apps/build/webhooks.
    /// </summary>
    public static IWebhookScheme Shopify { get; } = new HmacScheme
    {
        Algorithm = HashAlgorithmName.SHA256,
        Content = SignedContent.Parse("{body}"),
        Headers =
        [
            new("X-Shopify-Hmac-Sha256", Id: "X-Shopify-Webhook-Id", Type: "X-Shopify-Topic"),
            new("shopify-hmac-sha256", Id: "shopify-webhook-id", Type: "shopify-topic"),
        ],
        Hex = false,
    };

    /// <summary>
    /// Slack: <c>X-Slack-Signature</c>, HMAC-SHA256 in hex over <c>v0:timestamp:body</c>. The id is the event's, from the signed body; the type is the inner event's. An endpoint answers
    /// the <c>url_verification</c> challenge by itself. Source: docs.slack.dev/authentication/verifying-requests-from-slack.
    /// </summary>
    public static IWebhookScheme Slack { get; } = new SlackScheme();

    /// <summary>
    /// Twilio: <c>X-Twilio-Signature</c>, HMAC-SHA1 in base64 over the URL and the sorted form fields, or over a URL that carries the body's SHA-256. There is no timestamp. The id is the
    /// idempotency token, which is not signed. Behind a proxy set <see cref="WebhookSecurityOptions.PublicBaseUrl"/> or use the forwarded-headers middleware.
    /// Source: twilio.com/docs/usage/webhooks/webhooks-security.
    /// </summary>
    public static IWebhookScheme Twilio { get; } = new TwilioScheme();

    /// <summary>A provider that signs with one HMAC in one header, described by data.</summary>
    /// <param name="describe">Describes header, encoding, algorithm and signed content.</param>
    /// <exception cref="ArgumentException">The description lacks the header, or does not say unambiguously what is signed.</exception>
    public static IWebhookScheme Hmac(Action<HmacSchemeBuilder> describe)
    {
        ArgumentNullException.ThrowIfNull(describe);
        return HmacSchemeBuilder.Build(describe);
    }
}
