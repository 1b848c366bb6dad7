using System.Diagnostics.Metrics;

namespace SaasApp;

/// <summary>
/// How fast this process receives events and works on stored ones, read from the package's own meter, as a dashboard would: the endpoint and the handlers know nothing of it.
/// </summary>
internal sealed class Throughput(TimeProvider time) : IHostedService, IDisposable
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private readonly MeterListener _listener = new();
    private ITimer? _timer;
    private long _received;
    private long _drained;
    private Sample _last = new();

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _listener.InstrumentPublished = static (instrument, listener) =>
        {
            if (instrument.Name is "patterns.webhook_dedup.claims" or "patterns.webhook_dedup.attempts") listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>(Count);
        _listener.Start();
        _timer = time.CreateTimer(_ => Sum(), state: null, Second, Second);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>The last whole second, and everything since the start.</summary>
    public WebhooksView.Rates Read(long pending)
    {
        var last = Volatile.Read(ref _last);
        return new(last.ReceivedPerSecond, last.DrainedPerSecond, last.Received, last.Drained, pending);
    }

    public void Dispose()
    {
        _timer?.Dispose();
        _listener.Dispose();
    }

    private void Count(Instrument instrument, long count, ReadOnlySpan<KeyValuePair<string, object?>> tags, object? state)
    {
        foreach (var (name, value) in tags)
        {
            if (name != "outcome") continue;
            if (value is "new") Interlocked.Add(ref _received, count);
            if (value is "done" or "ignored") Interlocked.Add(ref _drained, count);
        }
    }

    private void Sum()
    {
        var (received, drained) = (Interlocked.Read(ref _received), Interlocked.Read(ref _drained));
        Volatile.Write(ref _last, new(received, drained, received - _last.Received, drained - _last.Drained));
    }

    private sealed record Sample(long Received = 0, long Drained = 0, long ReceivedPerSecond = 0, long DrainedPerSecond = 0);
}
