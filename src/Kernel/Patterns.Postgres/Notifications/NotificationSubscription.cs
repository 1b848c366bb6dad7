using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace Patterns.Postgres;

/// <summary>
/// One handler and what waits for it. Invariant: whatever was not put into the buffer is followed there by a resync, so a handler never misses anything silently.
/// </summary>
internal sealed class NotificationSubscription : IAsyncDisposable
{
    private const int Capacity = 1_024;

    // Which subscription's handler runs in this flow of calls, so that one that disposes itself does not wait for itself.
    private static readonly AsyncLocal<NotificationSubscription?> Running = new();

    private readonly NotificationListener _listener;
    private readonly Func<Notification, CancellationToken, ValueTask> _handler;
    private readonly ILogger _logger;
    private readonly Channel<Notification> _buffer = System.Threading.Channels.Channel.CreateBounded<Notification>(Capacity);
    private readonly TaskCompletionSource _confirmed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _stop = new();
    private readonly ITimer _timer;
    private Task _handling = Task.CompletedTask;

    public NotificationSubscription(NotificationListener listener, string channel, Func<Notification, CancellationToken, ValueTask> handler, TimeProvider time, ILogger logger)
    {
        (_listener, Channel, _handler, _logger) = (listener, channel, handler, logger);
        _timer = time.CreateTimer(static me => ((NotificationSubscription)me!).Resync("interval"), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        Resync("subscribed");
    }

    public string Channel { get; }

    public Task Confirmed => _confirmed.Task;

    public void Start()
    {
        using (ExecutionContext.SuppressFlow())
            _handling = Task.Run(HandleAllAsync);
    }

    public void Confirm() => _confirmed.TrySetResult();

    public void Fail(Exception reason) => _confirmed.TrySetException(reason);

    public void Offer(string payload)
    {
        if (_buffer.Writer.TryWrite(new(Channel, payload)) || _stop.IsCancellationRequested)
            return;

        Log.NotificationsOverflowed(_logger, Channel, Capacity);
        Resync("overflow");
    }

    /// <summary>Has the handler read the state. With a full buffer this takes the place of all that waits there: what was sent before the state is read is in it.</summary>
    public void Resync(string reason)
    {
        Telemetry.Resyncs.Add(1, new KeyValuePair<string, object?>("reason", reason));
        while (!_buffer.Writer.TryWrite(new(Channel, Payload: null)) && !_stop.IsCancellationRequested)
        {
            while (_buffer.Reader.TryRead(out _))
            {
            }
        }

        Arm(_listener.ResyncIn());
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Remove(this);
        await _stop.CancelAsync().ConfigureAwait(false);
        await _timer.DisposeAsync().ConfigureAwait(false);
        if (Running.Value != this)
            await _handling.ConfigureAwait(false);
    }

    private async Task HandleAllAsync()
    {
        Running.Value = this;
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                var notification = await _buffer.Reader.ReadAsync(_stop.Token).ConfigureAwait(false);
                await _handler(notification, _stop.Token).ConfigureAwait(false);
                Telemetry.NotificationsHandled.Add(1, new KeyValuePair<string, object?>("outcome", "ok"));
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                Telemetry.NotificationsHandled.Add(1, new KeyValuePair<string, object?>("outcome", "failed"));
                Log.NotificationHandlerFailed(_logger, Channel, e);
                Arm(NotificationListener.SoonResync);
            }
        }
    }

    private void Arm(TimeSpan due)
    {
        if (!_stop.IsCancellationRequested)
            _timer.Change(due, Timeout.InfiniteTimeSpan);
    }
}
