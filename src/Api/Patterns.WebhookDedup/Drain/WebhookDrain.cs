using Microsoft.Extensions.Logging;
using Patterns.Postgres;

namespace Patterns.WebhookDedup;

/// <summary>
/// Leases due events and runs their handlers, a number at a time in this process, however many callers drain. What waits for a free place is leased already,
/// so few are leased ahead unless they go by quickly.
/// </summary>
internal sealed class WebhookDrain(IPostgres postgres, WebhookAttempt attempt, SourceMap sources, WakeSignal wake, TimeProvider time, ILoggerFactory? loggers = null) : IDisposable
{
    private const int MostAhead = 8;
    private static readonly TimeSpan Quick = TimeSpan.FromMilliseconds(250);

    private readonly LeaseStatement _lease = new(postgres, time, Log.For(loggers));
    private readonly int _places = sources.HandlersAtOnce;
    private readonly SemaphoreSlim _free = new(sources.HandlersAtOnce);
    private readonly SemaphoreSlim _turn = new(1);
    private int _ahead = 1;

    /// <summary>Leases once and starts what it got.</summary>
    /// <returns>How many events were due; 0 ends a round.</returns>
    public async Task<int> TakeAsync(CancellationToken stop)
    {
        await _turn.WaitAsync(stop).ConfigureAwait(false);
        try
        {
            var wanted = _places * _ahead;
            var (leased, found) = await _lease.ExecuteAsync(sources.WithHandlers, wanted, stop).ConfigureAwait(false);
            var started = time.GetTimestamp();
            await StartAsync(leased, stop).ConfigureAwait(false);
            _ahead = found == wanted && time.GetElapsedTime(started) < Quick ? Math.Min(_ahead * 2, MostAhead) : 1;
            return found;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Waits until nothing runs. Not cancellable: what runs is told by its own token.</summary>
    public async Task IdleAsync()
    {
        await _turn.WaitAsync(CancellationToken.None).ConfigureAwait(false);
        try
        {
            await AllPlacesAsync().ConfigureAwait(false);
            _free.Release(_places);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>After a commit that made something due.</summary>
    public void Wake() => wake.Raise();

    public void Dispose()
    {
        _free.Dispose();
        _turn.Dispose();
    }

    private async Task StartAsync(List<LeasedWebhook> leased, CancellationToken stop)
    {
        // Events of one entity run one after the other: beside each other, all but one would find that it is not their turn.
        foreach (var line in leased.GroupBy(static one => one.Ordering == WebhookOrdering.None ? (object)one.ReceiptId : (one.Event.Tenant, one.Event.Source, one.Event.OrderingKey)))
        {
            var events = line.OrderBy(static one => one.Event.Position).ToList();
            var alone = events[0].Alone;
            await (alone ? AllPlacesAsync() : _free.WaitAsync(CancellationToken.None)).ConfigureAwait(false);
            _ = RunAsync(events, alone ? _places : 1, stop);
        }
    }

    private async Task RunAsync(List<LeasedWebhook> events, int places, CancellationToken stop)
    {
        await Task.Yield();
        try
        {
            foreach (var leased in events)
            {
                if (stop.IsCancellationRequested)
                    await attempt.SettleAsync(leased, Settlement.GivenBack(leased), failure: null).ConfigureAwait(false);
                else if (sources.HandlerOf(leased.Event) is { } handler)
                    await attempt.RunAsync(leased, handler, stop).ConfigureAwait(false);
                else
                    await attempt.SettleAsync(leased, Settlement.Ignored(leased, "There is no handler for its type."), failure: null).ConfigureAwait(false);
            }
        }
        finally
        {
            _free.Release(places);
        }
    }

    private async Task AllPlacesAsync()
    {
        for (var i = 0; i < _places; i++)
            await _free.WaitAsync(CancellationToken.None).ConfigureAwait(false);
    }
}
