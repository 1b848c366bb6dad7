namespace Patterns.WebhookSecurity;

/// <summary>Verifies webhooks outside of an endpoint, such as in a queue consumer that was handed a raw request. Thread-safe.</summary>
public interface IWebhookVerifier
{
    /// <summary>
    /// Says whether an active key of the source signed the request, and whether it is fresh. Every outcome is a value; a refused request is no exception.
    /// Completes synchronously unless keys have to be fetched.
    /// </summary>
    /// <param name="source">The name under which the source was added.</param>
    /// <param name="request">The request. Its body must stay unchanged until the call completes, and for as long as the webhook's body is used.</param>
    /// <param name="scope">The tenant or other scope whose keys are asked of the key source, 1 to 200 characters; null for none. Sources with fixed keys only carry it along.</param>
    /// <param name="ct">Ends this caller's wait for keys; a fetch that others wait for goes on.</param>
    /// <exception cref="ArgumentException">The source is not registered, the scope is empty or too long, or the scheme signs the URL and the request has none.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="ct"/> was cancelled.</exception>
    ValueTask<WebhookVerification> VerifyAsync(string source, WebhookRequest request, string? scope = null, CancellationToken ct = default);
}
