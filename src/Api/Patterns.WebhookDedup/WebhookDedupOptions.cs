using System.Diagnostics.CodeAnalysis;
using Patterns.Shared;

namespace Patterns.WebhookDedup;

/// <summary>What is told apart, what is kept, and who works on it, per source.</summary>
public sealed class WebhookDedupOptions
{
    /// <summary>The largest payload that is stored. 1 byte to 64 MiB; default: 1 MiB. A payload that is only claimed has no limit.</summary>
    public int MaxPayloadBytes { get; set; } = 1 << 20;

    /// <summary>How many handlers run at the same time in this process. 1 to 256; default: 8. Each holds a connection.</summary>
    public int HandlersAtOnce { get; set; } = 8;

    /// <summary>
    /// Whether the commit of a handler's transaction waits until it is on the disk. Without that the inbox is drained faster: after a crash of the database server, work of its last
    /// second that was not on the disk (together with the state <c>done</c>) is done again, since the event itself is there. Default: yes.
    /// </summary>
    public bool CommitWaitsForDisk { get; set; } = true;

    /// <summary>
    /// How long the keys of events are remembered at least; at most twice that. 4 days to 10 years; default: 35 days, which is longer than any provider redelivers. A dead event is
    /// kept as long, to be re-driven.
    /// </summary>
    public TimeSpan RememberFor { get; set; } = TimeSpan.FromDays(35);

    /// <summary>
    /// How long stored events are kept with their payloads, in whole days of UTC. 1 day to <see cref="RememberFor"/>; default: 14 days. An event that is not done is kept
    /// until it is, however long that takes.
    /// </summary>
    public TimeSpan KeepPayloadFor { get; set; } = TimeSpan.FromDays(14);

    internal Dictionary<string, TypePatterns<HandlerRegistration>> Handlers { get; } = new(StringComparer.Ordinal);

    internal Dictionary<string, WebhookSourceOptions> Sources { get; } = new(StringComparer.Ordinal);

    /// <summary>Sets what is special about one source. A source that is not named here has the defaults of <see cref="WebhookSourceOptions"/>.</summary>
    /// <param name="name">The <see cref="WebhookEvent.Source"/> of its events.</param>
    /// <param name="configure">Sets its options; a second call for the same name goes on where the first one ended.</param>
    /// <returns>These options.</returns>
    /// <exception cref="ArgumentException">The name is empty, longer than 100 characters, or holds control characters.</exception>
    public WebhookDedupOptions Source(string name, Action<WebhookSourceOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        PlainText.Check(name, nameof(name), 100);
        if (!Sources.TryGetValue(name, out var source))
            Sources.Add(name, source = new());

        configure(source);
        return this;
    }

    /// <summary>
    /// Has stored events of a source worked on by a handler, in this process. Of several patterns that match, the most specific one counts: the type itself, then the
    /// longest prefix, then <c>*</c>. Events whose type has no handler are ignored at once, so give all handlers of a source to each process that has any of them; a source without any
    /// handler in this process is left to others.
    /// </summary>
    /// <typeparam name="THandler">Taken from a new scope of services for each attempt; if it is not registered there, it is made with the scope's services and disposed of afterwards.</typeparam>
    /// <param name="source">The <see cref="WebhookEvent.Source"/> of the events.</param>
    /// <param name="type">A type (<c>invoice.paid</c>), all types below a dot (<c>invoice.*</c>), or <c>*</c>, which also takes events without type.</param>
    /// <returns>These options.</returns>
    /// <exception cref="ArgumentException">A text is malformed, or the pattern already has another handler.</exception>
    public WebhookDedupOptions Handle<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] THandler>(string source, string type)
        where THandler : class, IWebhookHandler
    {
        PlainText.Check(source, nameof(source), 100);
        if (!Handlers.TryGetValue(source, out var patterns))
            Handlers.Add(source, patterns = new());

        return patterns.Set(type, HandlerRegistration.Of<THandler>()) is { } known && known.Type != typeof(THandler)
            ? throw new ArgumentException($"Type '{type}' of webhook source '{source}' already has the handler {known.Type}; {typeof(THandler)} cannot have it too. One handler does all the work of an event.", nameof(type))
            : this;
    }
}
