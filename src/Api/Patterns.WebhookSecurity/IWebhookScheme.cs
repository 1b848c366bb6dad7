namespace Patterns.WebhookSecurity;

/// <summary>
/// How a provider signs. <see cref="WebhookScheme"/> has the common ones; implement this for one that no template describes.
/// The verifier itself chooses the keys, judges freshness, and answers. Implementations are thread-safe and do no I/O.
/// </summary>
public interface IWebhookScheme
{
    /// <summary>The largest body that the provider sends, in bytes. 1 MiB unless the scheme says otherwise.</summary>
    int MaxBodyBytes => 1024 * 1024;

    /// <summary>Whether <see cref="Verify"/> needs <see cref="WebhookRequest.Url"/>.</summary>
    bool SignsUrl => false;

    /// <summary>Checks a key's form before it is used.</summary>
    /// <param name="key">The key.</param>
    /// <exception cref="ArgumentException">The secret is not of the provider's form. The message must not contain it.</exception>
    void CheckKey(WebhookKey key);

    /// <summary>
    /// Looks for a signature that one of the keys made over the request. Compares in constant time, and does not judge the age: that is done afterwards,
    /// so that a caller without a key learns nothing about the clock.
    /// </summary>
    /// <param name="request">The request; its <see cref="WebhookRequest.Url"/> is set if <see cref="SignsUrl"/>.</param>
    /// <param name="keys">The keys that are active now, 0 to 8.</param>
    /// <param name="match">What the signature vouches for, if the outcome is <see cref="WebhookOutcome.Valid"/>.</param>
    /// <returns><see cref="WebhookOutcome.Valid"/>, <see cref="WebhookOutcome.MissingSignature"/>, <see cref="WebhookOutcome.Malformed"/> or <see cref="WebhookOutcome.BadSignature"/>.</returns>
    WebhookOutcome Verify(in WebhookRequest request, ReadOnlySpan<WebhookKey> keys, out WebhookMatch match);
}
