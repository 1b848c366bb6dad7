namespace Patterns.WebhookSecurity;

/// <summary>Signs webhooks as the source's provider does: for senders, samples and tests. Thread-safe.</summary>
public interface IWebhookSigner
{
    /// <summary>Produces the headers of a delivery, signed with the keys that are active now.</summary>
    /// <param name="source">The name under which the source was added. Its keys must be fixed ones, and its scheme one of <see cref="WebhookScheme"/>.</param>
    /// <param name="id">The event's id, 1 to 255 characters: sent in the scheme's id header, if it has one. Standard Webhooks takes no full stop in it.</param>
    /// <param name="timestamp">The time of the attempt, sent in whole seconds where the scheme signs one.</param>
    /// <param name="body">The bytes that will be sent.</param>
    /// <param name="url">The absolute URL that will be called, for the schemes that sign it.</param>
    /// <returns>
    /// The headers to add. Schemes whose header takes several signatures (Stripe, Standard Webhooks) carry one per active key; the others are signed with
    /// the first active key.
    /// </returns>
    /// <exception cref="ArgumentException">The source is not registered, or the id or URL is missing or not of the scheme's form.</exception>
    /// <exception cref="InvalidOperationException">The source has no key that can sign now, or its keys come from a key source (use <see cref="SignAsync"/>).</exception>
    /// <exception cref="NotSupportedException">The source's scheme is one of the application's own.</exception>
    IReadOnlyDictionary<string, string> Sign(string source, string id, DateTimeOffset timestamp, ReadOnlyMemory<byte> body, string? url = null);

    /// <summary>As <see cref="Sign"/>, for sources whose keys come from an <see cref="IWebhookKeySource"/>.</summary>
    /// <param name="source">The name under which the source was added.</param>
    /// <param name="id">The event's id, 1 to 255 characters.</param>
    /// <param name="timestamp">The time of the attempt.</param>
    /// <param name="body">The bytes that will be sent.</param>
    /// <param name="url">The absolute URL that will be called, for the schemes that sign it.</param>
    /// <param name="scope">The tenant or other scope whose keys sign, 1 to 200 characters; null for none.</param>
    /// <param name="ct">Ends this caller's wait for keys.</param>
    /// <returns>The headers to add.</returns>
    /// <exception cref="ArgumentException">As for <see cref="Sign"/>, or the scope is empty or too long.</exception>
    /// <exception cref="NotSupportedException">The source's scheme is one of the application's own.</exception>
    /// <exception cref="InvalidOperationException">No key can sign now, or the key source failed.</exception>
    ValueTask<IReadOnlyDictionary<string, string>> SignAsync(
        string source, string id, DateTimeOffset timestamp, ReadOnlyMemory<byte> body, string? url = null, string? scope = null, CancellationToken ct = default);
}
