using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Patterns.WebhookSecurity;

/// <summary>
/// The answers of one key source, by scope. Concurrent look-ups of a scope share one call, no scope is looked up more often than once a second whatever
/// requests arrive, and an earlier answer stands in for a source that fails.
/// </summary>
internal sealed class KeyCache(
    SourceRegistration registration, IWebhookScheme scheme, WebhookSecurityOptions options, IServiceScopeFactory scopes, TimeProvider time, ILogger logger)
{
    private const int Capacity = 10_000;
    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan EmptyLifetime = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan RefreshableAfter = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan StandInLifetime = TimeSpan.FromHours(1);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<string, Entry> _entries = new(StringComparer.Ordinal);
    private readonly Lock _eviction = new();
    private int _count;

    /// <summary>The cached answer, if it needs no look-up.</summary>
    public KeyAnswer? Peek(string? scope) =>
        _entries.TryGetValue(scope ?? "", out var entry) && entry.Answer is { } answer && IsFresh(answer) ? answer : null;

    /// <summary>The answer, cached or looked up; null if the source failed and no earlier answer may stand in.</summary>
    public async ValueTask<KeyAnswer?> GetAsync(string? scope, CancellationToken ct)
    {
        var entry = EntryOf(scope);
        if (entry.Answer is { } cached && IsFresh(cached)) return cached;
        await LookUpAsync(entry, scope).WaitAsync(ct).ConfigureAwait(false);
        return entry.Answer is { } answer && (IsFresh(answer) || CanStandIn(answer)) ? answer : null;
    }

    /// <summary>Whether a signature that this answer does not explain is worth another look-up.</summary>
    public bool MayBeOutdated(KeyAnswer answer) => Age(answer) > RefreshableAfter;

    /// <summary>The answer after a fresh look-up, or a newer one that has come meanwhile; null if there is none.</summary>
    public async ValueTask<KeyAnswer?> RefreshAsync(string? scope, KeyAnswer seen, CancellationToken ct)
    {
        var entry = EntryOf(scope);
        if (ReferenceEquals(entry.Answer, seen)) await LookUpAsync(entry, scope).WaitAsync(ct).ConfigureAwait(false);
        return ReferenceEquals(entry.Answer, seen) ? null : entry.Answer;
    }

    private TimeSpan Age(KeyAnswer answer) => time.GetElapsedTime(answer.AskedAt);

    private bool IsFresh(KeyAnswer answer) => Age(answer) < (answer.Keys.Length == 0 ? EmptyLifetime : Lifetime);

    private bool CanStandIn(KeyAnswer answer) => answer.Keys.Length > 0 && Age(answer) < StandInLifetime;

    private Task LookUpAsync(Entry entry, string? scope)
    {
        lock (entry)
        {
            if (entry.Running is { IsCompleted: false } running) return running;
            if (entry.LastAttempt is { } last && time.GetElapsedTime(last) < Pause) return Task.CompletedTask;
            entry.LastAttempt = time.GetTimestamp();
            // Not tied to the caller that happens to be first: the others wait for the same answer.
            return entry.Running = Task.Run(() => FetchAsync(entry, scope, entry.LastAttempt.Value), CancellationToken.None);
        }
    }

    private async Task FetchAsync(Entry entry, string? scope, long askedAt)
    {
        try
        {
            using var timeout = new CancellationTokenSource(options.KeyTimeout, time);
            // The wait as well as the token, for a key source that does not listen to it.
            var keys = await AskAsync(scope, timeout.Token).WaitAsync(timeout.Token).ConfigureAwait(false);
            entry.Answer = new KeyAnswer(keys, askedAt);
        }
#pragma warning disable CA1031 // Whatever the key source throws, the request is answered with 503 or from the earlier answer, and the fault is logged here.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            if (entry.Answer is { } answer && CanStandIn(answer)) Log.KeySourceFailedWithStandIn(logger, exception, registration.Name, scope, Age(answer));
            else Log.KeySourceFailed(logger, exception, registration.Name, scope);
        }
    }

    private async Task<WebhookKey[]> AskAsync(string? scope, CancellationToken ct)
    {
        var services = scopes.CreateAsyncScope();
        await using (services.ConfigureAwait(false))
        {
            var source = (IWebhookKeySource)ActivatorUtilities.GetServiceOrCreateInstance(services.ServiceProvider, registration.KeysFrom!);
            var keys = await source.GetAsync(registration.Name, scope, ct).ConfigureAwait(false);
            if (keys.Count > WebhookKeyRing.MaxKeys) throw new InvalidOperationException($"The key source returned {keys.Count} keys; at most {WebhookKeyRing.MaxKeys} are tried.");
            foreach (var key in keys)
            {
                try
                {
                    KeyRules.Check(scheme, key, options.AllowShortSecrets);
                }
                catch (ArgumentException exception)
                {
                    throw new InvalidOperationException($"The key source returned key '{key.Id}', which is refused: {exception.Message}", exception);
                }
            }
            return [.. keys];
        }
    }

    private Entry EntryOf(string? scope)
    {
        var name = scope ?? "";
        if (_entries.TryGetValue(name, out var entry)) return entry;
        entry = new Entry();
        if (!_entries.TryAdd(name, entry)) return _entries.TryGetValue(name, out var other) ? other : entry;
        if (Interlocked.Increment(ref _count) > Capacity) Evict();
        return entry;
    }

    // Scopes without keys go first: they are what a caller who invents scopes leaves behind.
    private void Evict()
    {
        lock (_eviction)
        {
            var excess = _count - Capacity * 9 / 10;
            if (_count <= Capacity) return;
            var leaving = _entries.OrderBy(pair => pair.Value.Answer is { Keys.Length: > 0 }).ThenBy(pair => pair.Value.LastAttempt ?? long.MaxValue).Take(excess).ToList();
            foreach (var pair in leaving)
            {
                if (_entries.TryRemove(pair)) Interlocked.Decrement(ref _count);
            }
        }
    }

    private sealed class Entry
    {
        private KeyAnswer? _answer;

        public KeyAnswer? Answer
        {
            get => Volatile.Read(ref _answer);
            set => Volatile.Write(ref _answer, value);
        }

        public long? LastAttempt { get; set; }

        public Task? Running { get; set; }
    }
}
