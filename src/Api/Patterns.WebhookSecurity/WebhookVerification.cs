namespace Patterns.WebhookSecurity;

/// <summary>The answer of <see cref="IWebhookVerifier"/>.</summary>
/// <param name="Outcome">What was found.</param>
/// <param name="Webhook">The webhook if <paramref name="Outcome"/> is <see cref="WebhookOutcome.Valid"/>, otherwise null.</param>
public readonly record struct WebhookVerification(WebhookOutcome Outcome, VerifiedWebhook? Webhook);
