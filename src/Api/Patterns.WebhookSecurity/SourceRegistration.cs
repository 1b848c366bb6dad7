using System.Diagnostics.CodeAnalysis;
using Patterns.WebhookSecurity.Schemes;

namespace Patterns.WebhookSecurity;

/// <summary>A source as the options have it: either fixed keys, or the type that knows them.</summary>
internal sealed class SourceRegistration(
    string name,
    IWebhookScheme scheme,
    IReadOnlyList<WebhookKey>? keys,
    [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] Type? keysFrom)
{
    public string Name => name;

    public IReadOnlyList<WebhookKey>? Keys => keys;

    [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)]
    public Type? KeysFrom => keysFrom;

    /// <summary>The scheme, with what it needs from the options.</summary>
    public IWebhookScheme SchemeFor(WebhookSecurityOptions options) => scheme is StandardWebhooksScheme ? new StandardWebhooksScheme(options.Ed25519Verifier) : scheme;
}
