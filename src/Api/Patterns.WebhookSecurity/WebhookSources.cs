using System.Collections.Frozen;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Patterns.WebhookSecurity;

/// <summary>All sources, made from the checked options.</summary>
internal sealed class WebhookSources
{
    private readonly FrozenDictionary<string, WebhookSource> _sources;

    public WebhookSources(IOptions<WebhookSecurityOptions> options, IServiceScopeFactory scopes, TimeProvider time, ILogger<WebhookVerifier> logger)
    {
        Options = options.Value;
        _sources = Options.Sources.Values.Select(registration => Make(registration, scopes, time, logger)).ToFrozenDictionary(source => source.Name, StringComparer.Ordinal);
    }

    public WebhookSecurityOptions Options { get; }

    /// <exception cref="ArgumentException">There is no such source.</exception>
    public WebhookSource this[string name] => _sources.TryGetValue(name, out var source)
        ? source
        : throw new ArgumentException(
            $"Webhook source '{name}' is not registered. Add it with {nameof(WebhookSecurityOptions)}.{nameof(WebhookSecurityOptions.AddSource)}; registered are: {string.Join(", ", _sources.Keys.Order(StringComparer.Ordinal))}.",
            nameof(name));

    private WebhookSource Make(SourceRegistration registration, IServiceScopeFactory scopes, TimeProvider time, ILogger logger)
    {
        var scheme = registration.SchemeFor(Options);
        var cache = registration.KeysFrom is null ? null : new KeyCache(registration, scheme, Options, scopes, time, logger);
        return new WebhookSource(registration.Name, scheme, Options.MaxBodyBytes ?? scheme.MaxBodyBytes, registration.Keys?.ToArray(), cache);
    }
}
