using Patterns.WebhookSecurity.Schemes;
using Microsoft.AspNetCore.Http;

namespace Patterns.WebhookSecurity;

internal sealed class WebhookSigner(WebhookSources sources, TimeProvider time) : IWebhookSigner
{
    public IReadOnlyDictionary<string, string> Sign(string source, string id, DateTimeOffset timestamp, ReadOnlyMemory<byte> body, string? url = null)
    {
        var known = Find(source, id);
        var keys = known.FixedKeys ?? throw new InvalidOperationException($"The keys of webhook source '{source}' come from a key source: use {nameof(SignAsync)}.");
        return Sign(known, keys, id, timestamp, body, url);
    }

    public async ValueTask<IReadOnlyDictionary<string, string>> SignAsync(
        string source, string id, DateTimeOffset timestamp, ReadOnlyMemory<byte> body, string? url = null, string? scope = null, CancellationToken ct = default)
    {
        var known = Find(source, id);
        if (scope is not null && !WebhookVerifier.IsScope(scope)) throw new ArgumentException("A scope takes 1 to 200 characters.", nameof(scope));
        var keys = known.FixedKeys ?? (await known.Cache!.GetAsync(scope, ct).ConfigureAwait(false))?.Keys
            ?? throw new InvalidOperationException($"The key source of webhook source '{source}' failed.");
        return Sign(known, keys, id, timestamp, body, url);
    }

    private WebhookSource Find(string source, string id)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentException.ThrowIfNullOrEmpty(id);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(id.Length, 255, nameof(id));
        return sources[source];
    }

    private Dictionary<string, string> Sign(WebhookSource source, WebhookKey[] keys, string id, DateTimeOffset timestamp, ReadOnlyMemory<byte> body, string? url)
    {
        if (source.Scheme is not HmacScheme scheme) throw new NotSupportedException($"The scheme of webhook source '{source.Name}' cannot sign.");
        if (scheme.SignsUrl) ArgumentException.ThrowIfNullOrEmpty(url);
        var now = time.GetUtcNow();
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        scheme.Sign(Array.FindAll(keys, key => key.IsActive(now)), id, timestamp, new WebhookRequest(new HeaderDictionary(), body, url), headers);
        return headers;
    }
}
