namespace Patterns.WebhookSecurity;

/// <summary>The fixed keys of a source, 1 to 8. While a secret is rotated both the old and the new one are in it.</summary>
public sealed class WebhookKeyRing
{
    internal const int MaxKeys = 8;
    private readonly string _source;
    private readonly List<WebhookKey> _keys = [];

    internal WebhookKeyRing(string source) => _source = source;

    internal IReadOnlyList<WebhookKey> Keys => _keys;

    /// <summary>Adds a key.</summary>
    /// <param name="id">A name for the operator, such as the month of its issue; unique in the source.</param>
    /// <param name="secret">The secret as the provider shows it.</param>
    /// <param name="notBefore">The first moment at which it counts; null for always.</param>
    /// <param name="notAfter">The last moment at which it counts; null for ever. Matches in its last 24 hours are logged.</param>
    /// <returns>This ring.</returns>
    /// <exception cref="ArgumentException">The id or secret is empty, or the id is there already.</exception>
    /// <exception cref="InvalidOperationException">The ring has 8 keys.</exception>
    public WebhookKeyRing Add(string id, string secret, DateTimeOffset? notBefore = null, DateTimeOffset? notAfter = null)
    {
        if (_keys.Exists(key => key.Id == id)) throw new ArgumentException($"Webhook source '{_source}' has a key '{id}' already.", nameof(id));
        if (_keys.Count == MaxKeys) throw new InvalidOperationException($"Webhook source '{_source}' takes at most {MaxKeys} keys. Remove those that no longer sign.");
        _keys.Add(new WebhookKey(id, secret, notBefore, notAfter));
        return this;
    }
}
