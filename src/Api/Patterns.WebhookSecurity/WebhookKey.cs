using Patterns.WebhookSecurity.Schemes;

namespace Patterns.WebhookSecurity;

/// <summary>A secret that verifies and signs, with the time in which it does. Never prints its secret.</summary>
public sealed class WebhookKey
{
    private PreparedKey? _prepared;

    /// <summary>Makes a key.</summary>
    /// <param name="id">A name for the operator, such as the month of its issue, 1 to 100 characters: it is reported, counted and logged, so it must not be secret.</param>
    /// <param name="secret">The secret as the provider shows it.</param>
    /// <param name="notBefore">The first moment at which it counts; null for always.</param>
    /// <param name="notAfter">The last moment at which it counts; null for ever.</param>
    /// <exception cref="ArgumentException">The id or secret is empty, the id is too long, or the window ends before it begins.</exception>
    public WebhookKey(string id, string secret, DateTimeOffset? notBefore = null, DateTimeOffset? notAfter = null)
    {
        if (string.IsNullOrWhiteSpace(id) || id.Length > 100)
            throw new ArgumentException("The id of a webhook key takes 1 to 100 characters.", nameof(id));
        if (string.IsNullOrEmpty(secret))
            throw new ArgumentException($"The secret of webhook key '{id}' is empty. Is the setting that holds it missing?", nameof(secret));
        if (notAfter < notBefore)
            throw new ArgumentException($"Webhook key '{id}' ends ({notAfter:O}) before it begins ({notBefore:O}).", nameof(notAfter));
        Id = id;
        Secret = secret;
        NotBefore = notBefore;
        NotAfter = notAfter;
    }

    /// <summary>The name under which the key is reported, counted and logged.</summary>
    public string Id { get; }

    /// <summary>The secret as the provider shows it.</summary>
    public string Secret { get; }

    /// <summary>The first moment at which it counts; null for always.</summary>
    public DateTimeOffset? NotBefore { get; }

    /// <summary>The last moment at which it counts; null for ever.</summary>
    public DateTimeOffset? NotAfter { get; }

    /// <summary>The id. Never the secret.</summary>
    public override string ToString() => Id;

    internal bool IsActive(DateTimeOffset now) => !(now < NotBefore) && !(now > NotAfter);

    // One scheme per key in practice; a key that is shared by two would be prepared anew at each turn, which is slow but right.
    internal PreparedKey PreparedFor(HmacScheme scheme)
    {
        var prepared = _prepared;
        if (prepared?.Scheme != scheme) _prepared = prepared = scheme.Prepare(this);
        return prepared;
    }
}
