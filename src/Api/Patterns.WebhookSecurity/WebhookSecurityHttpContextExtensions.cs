using Patterns.WebhookSecurity;

namespace Microsoft.AspNetCore.Http;

/// <summary>Gives access to the webhook that a request carries.</summary>
public static class WebhookSecurityHttpContextExtensions
{
    /// <summary>Returns the webhook that <c>RequireWebhookSignature</c> verified on this request.</summary>
    /// <param name="context">The request.</param>
    /// <exception cref="InvalidOperationException">The endpoint does not require a signature.</exception>
    public static VerifiedWebhook GetVerifiedWebhook(this HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return context.Features.Get<VerifiedWebhook>()
            ?? throw new InvalidOperationException($"'{context.GetEndpoint()?.DisplayName}' has no verified webhook: add .RequireWebhookSignature(\"<source>\") to the endpoint.");
    }
}
