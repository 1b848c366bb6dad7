namespace Patterns.DevServers;

/// <summary>The servers of this process, each counted and removed with its last user.</summary>
internal sealed class SharedServers<TServer>
    where TServer : IAsyncDisposable
{
    private static readonly Dictionary<string, SharedServers<TServer>> All = new(StringComparer.Ordinal);
    private readonly string _key;
    private readonly Task<TServer> _server;
    private int _users;

    private SharedServers(string key, Func<Task<TServer>> start) => (_key, _server) = (key, Task.Run(start));

    public static async Task<Lease> AcquireAsync(ServerOptions options, Func<Task<TServer>> start, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        var key = options.Shared ? string.Join('\n', options.Key) : Guid.CreateVersion7().ToString();
        SharedServers<TServer> shared;
        lock (All)
        {
            if (!All.TryGetValue(key, out shared!)) All[key] = shared = new SharedServers<TServer>(key, start);
            shared._users++;
        }
        try
        {
            return new Lease(shared, await shared._server.WaitAsync(ct).ConfigureAwait(false));
        }
        catch
        {
            await shared.ReleaseAsync().ConfigureAwait(false);
            throw;
        }
    }

    private async Task ReleaseAsync()
    {
        lock (All)
        {
            if (--_users > 0) return;
            All.Remove(_key);
        }
        // Whoever waited for a start that failed has seen its exception.
        await ((Task)_server).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_server.IsCompletedSuccessfully) await (await _server.ConfigureAwait(false)).DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>One user's hold of a server; given back once.</summary>
    internal sealed class Lease(SharedServers<TServer> shared, TServer server) : IAsyncDisposable
    {
        private int _returned;

        public TServer Server => Volatile.Read(ref _returned) == 0 ? server : throw new ObjectDisposedException(typeof(TServer).Name);

        public async ValueTask DisposeAsync()
        {
            if (Interlocked.Exchange(ref _returned, 1) == 0) await shared.ReleaseAsync().ConfigureAwait(false);
        }
    }
}
