using System.Collections.Frozen;
using Microsoft.Extensions.Options;

namespace Patterns.WebhookDedup;

/// <summary>The options as they are looked up: by source, and by source and type.</summary>
internal sealed class SourceMap(IOptions<WebhookDedupOptions> options)
{
    private static readonly WebhookSourceOptions Defaults = new();
    private readonly FrozenDictionary<string, WebhookSourceOptions> _sources = options.Value.Sources.ToFrozenDictionary(StringComparer.Ordinal);
    private readonly FrozenDictionary<string, TypePatterns<HandlerRegistration>> _handlers = options.Value.Handlers.ToFrozenDictionary(StringComparer.Ordinal);

    public int HandlersAtOnce { get; } = options.Value.HandlersAtOnce;

    public bool CommitWaitsForDisk { get; } = options.Value.CommitWaitsForDisk;

    public int MaxPayloadBytes { get; } = options.Value.MaxPayloadBytes;

    /// <summary>The sources that this process drains.</summary>
    public string[] WithHandlers { get; } = [.. options.Value.Handlers.Keys];

    /// <summary>The sources of which a delivery of a dead event revives it.</summary>
    public string[] Reviving { get; } = [.. options.Value.Sources.Where(static source => source.Value.RedeliveryRevivesDead).Select(static source => source.Key)];

    public WebhookSourceOptions Of(WebhookEvent webhookEvent) => _sources.GetValueOrDefault(webhookEvent.Source, Defaults);

    public HandlerRegistration? HandlerOf(WebhookEvent webhookEvent) => _handlers.GetValueOrDefault(webhookEvent.Source)?.Find(webhookEvent.Type);

    public bool RunsStale(WebhookEvent webhookEvent) => Of(webhookEvent).Orderings.Find(webhookEvent.Type) is { RunStale: true };
}
