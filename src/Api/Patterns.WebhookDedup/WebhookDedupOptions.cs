namespace Patterns.WebhookDedup;

/// <summary>What is told apart and what is kept, per source.</summary>
public sealed class WebhookDedupOptions
{
    /// <summary>The largest payload that is stored. 1 byte to 64 MiB; default: 1 MiB. A payload that is only claimed has no limit.</summary>
    public int MaxPayloadBytes { get; set; } = 1 << 20;

    internal Dictionary<string, WebhookSourceOptions> Sources { get; } = new(StringComparer.Ordinal);

    /// <summary>Sets what is special about one source. A source that is not named here has the defaults of <see cref="WebhookSourceOptions"/>.</summary>
    /// <param name="name">The <see cref="WebhookEvent.Source"/> of its events.</param>
    /// <param name="configure">Sets its options; a second call for the same name goes on where the first one ended.</param>
    /// <returns>These options.</returns>
    /// <exception cref="ArgumentException">The name is empty, longer than 100 characters, or holds control characters.</exception>
    public WebhookDedupOptions Source(string name, Action<WebhookSourceOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        EventText.Check(name, nameof(name), 100);
        if (!Sources.TryGetValue(name, out var source))
            Sources.Add(name, source = new());

        configure(source);
        return this;
    }
}
