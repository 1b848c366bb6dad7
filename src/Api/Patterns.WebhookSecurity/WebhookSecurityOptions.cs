using System.Diagnostics.CodeAnalysis;

namespace Patterns.WebhookSecurity;

/// <summary>The sources of webhooks, and the limits that hold for all of them. Checked when the host starts.</summary>
public sealed class WebhookSecurityOptions
{
    internal Dictionary<string, SourceRegistration> Sources { get; } = new(StringComparer.Ordinal);

    /// <summary>How old the signed timestamp of an attempt may be, inclusive. 300 seconds; <see cref="Timeout.InfiniteTimeSpan"/> for no limit.</summary>
    public TimeSpan MaxAge { get; set; } = TimeSpan.FromSeconds(300);

    /// <summary>How far ahead of this clock the signed timestamp may be, inclusive. 60 seconds; <see cref="Timeout.InfiniteTimeSpan"/> for no limit.</summary>
    public TimeSpan MaxSkew { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>The largest body in bytes for every source. Null: what the source's scheme says, 1 MiB and for GitHub 25 MiB. The server's own limit holds as well.</summary>
    public int? MaxBodyBytes { get; set; }

    /// <summary>
    /// The address under which providers call this application, such as <c>https://hooks.example.com</c>, for schemes that sign the URL. Null: it is taken from the
    /// request, which behind a proxy takes the forwarded-headers middleware to be right.
    /// </summary>
    public Uri? PublicBaseUrl { get; set; }

    /// <summary>How long a key source may take. 2 seconds.</summary>
    public TimeSpan KeyTimeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>Accepts secrets shorter than 16 bytes. For providers that issue such secrets, and for published test vectors.</summary>
    public bool AllowShortSecrets { get; set; }

    /// <summary>
    /// Verifies an Ed25519 signature (public key of 32 bytes, message, signature of 64 bytes): needed for Standard Webhooks keys that begin with <c>whpk_</c>. The framework
    /// has no Ed25519, so this comes from a library such as NSec or BouncyCastle; it must be thread-safe, and return false rather than throw.
    /// </summary>
    public Func<ReadOnlySpan<byte>, ReadOnlySpan<byte>, ReadOnlySpan<byte>, bool>? Ed25519Verifier { get; set; }

    /// <summary>
    /// The status code per refusal, 200 to 599: 400, 413 for <see cref="WebhookOutcome.BodyTooLarge"/>, 503 for <see cref="WebhookOutcome.KeysUnavailable"/>.
    /// </summary>
    public IDictionary<WebhookOutcome, int> StatusCodes { get; } = new Dictionary<WebhookOutcome, int>
    {
        [WebhookOutcome.MissingSignature] = 400,
        [WebhookOutcome.Malformed] = 400,
        [WebhookOutcome.BadSignature] = 400,
        [WebhookOutcome.TooOld] = 400,
        [WebhookOutcome.FromFuture] = 400,
        [WebhookOutcome.BodyTooLarge] = 413,
        [WebhookOutcome.KeysUnavailable] = 503,
    };

    /// <summary>Adds a source with fixed keys. A later source of the same name takes its place.</summary>
    /// <param name="name">The name that endpoints require, 1 to 100 characters, compared by case.</param>
    /// <param name="scheme">How its provider signs.</param>
    /// <param name="keys">Adds its keys.</param>
    /// <returns>These options.</returns>
    /// <exception cref="ArgumentException">The name is empty or too long, or a key is refused.</exception>
    public WebhookSecurityOptions AddSource(string name, IWebhookScheme scheme, Action<WebhookKeyRing> keys)
    {
        ArgumentNullException.ThrowIfNull(scheme);
        ArgumentNullException.ThrowIfNull(keys);
        var ring = new WebhookKeyRing(CheckName(name));
        keys(ring);
        return Add(new SourceRegistration(name, scheme, ring.Keys, keysFrom: null));
    }

    /// <summary>Adds a source whose keys come from a service, such as one with a secret per tenant. A later source of the same name takes its place.</summary>
    /// <param name="name">The name that endpoints require, 1 to 100 characters, compared by case.</param>
    /// <param name="scheme">How its provider signs.</param>
    /// <param name="keysFrom">A type that implements <see cref="IWebhookKeySource"/>. Each look-up has a service scope of its own, and takes it from there or, if it is not registered, makes one.</param>
    /// <returns>These options.</returns>
    /// <exception cref="ArgumentException">The name is empty or too long, or the type is no key source.</exception>
    public WebhookSecurityOptions AddSource(
        string name, IWebhookScheme scheme, [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] Type keysFrom)
    {
        ArgumentNullException.ThrowIfNull(scheme);
        ArgumentNullException.ThrowIfNull(keysFrom);
        if (!typeof(IWebhookKeySource).IsAssignableFrom(keysFrom) || keysFrom.IsAbstract && !keysFrom.IsInterface)
            throw new ArgumentException($"Webhook source '{name}' takes its keys from {keysFrom}, which does not implement {nameof(IWebhookKeySource)}.", nameof(keysFrom));
        return Add(new SourceRegistration(CheckName(name), scheme, keys: null, keysFrom));
    }

    private static string CheckName(string name) =>
        string.IsNullOrWhiteSpace(name) || name.Length > 100 ? throw new ArgumentException("The name of a webhook source takes 1 to 100 characters.", nameof(name)) : name;

    private WebhookSecurityOptions Add(SourceRegistration registration)
    {
        Sources[registration.Name] = registration;
        return this;
    }
}
