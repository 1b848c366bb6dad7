using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Patterns.WebhookSecurity;

/// <summary>Tells the operator, once an hour per key, that a key which is about to end is still in use.</summary>
internal sealed class ExpiryNotices(ILogger logger)
{
    private const int Capacity = 10_000;
    private static readonly TimeSpan Window = TimeSpan.FromHours(24);
    private static readonly TimeSpan Interval = TimeSpan.FromHours(1);
    private readonly ConcurrentDictionary<(string Source, string? Scope, string KeyId), DateTimeOffset> _last = new();

    public void Note(string source, string? scope, WebhookKey key, DateTimeOffset now)
    {
        if (key.NotAfter is not { } end || end - now > Window) return;
        var name = (source, scope, key.Id);
        if (_last.TryGetValue(name, out var last))
        {
            if (now - last < Interval || !_last.TryUpdate(name, now, last)) return;
        }
        else
        {
            // Forgetting costs a repeated notice, growing without end would cost memory.
            if (_last.Count >= Capacity) _last.Clear();
            if (!_last.TryAdd(name, now)) return;
        }
        Log.KeyEndsSoon(logger, key.Id, source, scope, end);
    }
}
