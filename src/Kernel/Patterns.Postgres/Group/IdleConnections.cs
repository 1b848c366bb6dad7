namespace Patterns.Postgres;

/// <summary>
/// Lanes keep their connections between calls, because to take one from the pool costs a lone caller as much as his statement. When nobody has called for a while, they are given
/// back. This is the only clock of a group, and no call ever waits for it.
/// </summary>
internal sealed class IdleConnections : IDisposable
{
    private static readonly TimeSpan KeptFor = TimeSpan.FromSeconds(10);

    private readonly ITimer _timer;
    private int _scheduled;

    /// <param name="time">The clock.</param>
    /// <param name="closeOlderThan">Closes what has been idle for so long, and says whether other connections are still open.</param>
    public IdleConnections(TimeProvider time, Func<TimeSpan, bool> closeOlderThan)
    {
        // A timer remembers the context of whoever makes it, and that is any caller.
        using (ExecutionContext.IsFlowSuppressed() ? default(AsyncFlowControl?) : ExecutionContext.SuppressFlow())
        {
            _timer = time.CreateTimer(_ =>
            {
                Volatile.Write(ref _scheduled, 0);
                if (closeOlderThan(KeptFor))
                    Schedule();
            }, state: null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>A lane has become idle with its connection open.</summary>
    public void Schedule()
    {
        if (Volatile.Read(ref _scheduled) == 0 && Interlocked.Exchange(ref _scheduled, 1) == 0)
            _timer.Change(KeptFor, Timeout.InfiniteTimeSpan);
    }

    public void Dispose() => _timer.Dispose();
}
