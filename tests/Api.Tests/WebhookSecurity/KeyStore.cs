using System.Collections.Concurrent;
using System.Threading.Channels;
using Patterns.WebhookSecurity;

namespace Api.Tests.WebhookSecurity;

/// <summary>A secret store as an application has one: by scope, and it can fail or hang.</summary>
internal sealed class KeyStore : IWebhookKeySource
{
    private readonly ConcurrentDictionary<string, WebhookKey[]> _keys = new(StringComparer.Ordinal);
    private readonly Channel<bool> _asked = Channel.CreateUnbounded<bool>();
    private int _calls;

    /// <summary>How often it was asked.</summary>
    public int Calls => Volatile.Read(ref _calls);

    /// <summary>What it does when it is asked, before it answers.</summary>
    public Func<CancellationToken, Task> Before { get; set; } = _ => Task.CompletedTask;

    public void Put(string scope, params WebhookKey[] keys) => _keys[scope] = keys;

    /// <summary>Completes once for each call that arrives.</summary>
    public async Task AskedAsync() => await _asked.Reader.ReadAsync();

    public async ValueTask<IReadOnlyList<WebhookKey>> GetAsync(string source, string? scope, CancellationToken ct)
    {
        Interlocked.Increment(ref _calls);
        _asked.Writer.TryWrite(true);
        await Before(ct);
        return _keys.GetValueOrDefault(scope ?? "", []);
    }
}
