using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Patterns.Postgres;

/// <summary>
/// Who has subscribed, and a connection for as long as anybody has. Invariant: whenever the state becomes <see cref="ListenerState.Listening"/>, LISTEN has been
/// confirmed for every channel and only then every earlier subscription gets its resync, so the state that it reads is newer than what was missed.
/// </summary>
internal sealed class NotificationListener : IAsyncDisposable, IDisposable
{
    /// <summary>The interval of resyncs for those who hear nothing, and the time to the resync after a handler that threw.</summary>
    public static readonly TimeSpan SoonResync = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan MaxBackoff = TimeSpan.FromSeconds(10);

    private readonly PostgresDataSources _sources;
    private readonly NotificationSender _sender;
    private readonly TimeProvider _time;
    private readonly TimeSpan _resyncInterval;
    private readonly ILogger _logger;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, List<NotificationSubscription>> _channels = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _stop = new();
    private CancellationTokenSource _changed = new();
    private Task _running = Task.CompletedTask;
    private bool _isRunning;

    public NotificationListener(PostgresDataSources sources, NotificationSender sender, IOptions<PostgresOptions> options, TimeProvider time, ILoggerFactory? loggers = null)
    {
        (_sources, _sender, _time, _resyncInterval) = (sources, sender, time, options.Value.ResyncInterval);
        _logger = (loggers ?? NullLoggerFactory.Instance).CreateLogger(Telemetry.Name);
    }

    public ListenerState State { get; private set; }

    /// <summary>Jittered, so that the processes of a deployment do not all read at once.</summary>
    public TimeSpan ResyncIn() => State == ListenerState.Deaf ? SoonResync : _resyncInterval * (0.9 + (0.1 * Random.Shared.NextDouble()));

    public async ValueTask<IAsyncDisposable> SubscribeAsync(string channel, Func<Notification, CancellationToken, ValueTask> handler, CancellationToken ct)
    {
        var subscription = new NotificationSubscription(this, channel, handler, _time, _logger);
        try
        {
            Add(subscription);
            await subscription.Confirmed.WaitAsync(ct).ConfigureAwait(false);
        }
        catch
        {
            await subscription.DisposeAsync().ConfigureAwait(false);
            throw;
        }

        subscription.Start();
        return subscription;
    }

    public void Remove(NotificationSubscription subscription)
    {
        lock (_gate)
        {
            if (_channels.TryGetValue(subscription.Channel, out var subscribers) && subscribers.Remove(subscription) && subscribers.Count == 0)
                _channels.Remove(subscription.Channel);
        }

        Wake();
    }

    /// <summary>The channels to listen on, and a token that is cancelled when that may have changed.</summary>
    public (string[] Channels, CancellationToken Changed) Wanted()
    {
        lock (_gate)
        {
            if (_changed.IsCancellationRequested)
                _changed = new();
            return ([.. _channels.Keys], _changed.Token);
        }
    }

    public void Wake()
    {
        lock (_gate)
            _ = _changed.CancelAsync();
    }

    public void Dispatch(string channel, string payload)
    {
        foreach (var subscription in Snapshot(channel))
            subscription.Offer(payload);
    }

    public void OnListening(string[] channels)
    {
        var restored = State is ListenerState.Lost or ListenerState.Deaf;
        State = ListenerState.Listening;
        foreach (var subscription in channels.SelectMany(Snapshot))
        {
            if (!subscription.Confirmed.IsCompleted)
                subscription.Confirm();
            else if (restored)
                subscription.Resync("reconnected");
        }

        if (restored)
            Log.ListenerRestored(_logger);
    }

    public void Dispose() => _stop.Cancel();

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        NotificationSubscription[] left;
        Task running;
        lock (_gate)
            (left, running) = ([.. _channels.Values.SelectMany(static s => s)], _running);
        foreach (var subscription in left)
        {
            subscription.Fail(new ObjectDisposedException(nameof(INotifications)));
            await subscription.DisposeAsync().ConfigureAwait(false);
        }

        await running.ConfigureAwait(false);
    }

    private void Add(NotificationSubscription subscription)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_stop.IsCancellationRequested, typeof(INotifications));
            if (!_channels.TryGetValue(subscription.Channel, out var subscribers))
                _channels.Add(subscription.Channel, subscribers = []);
            subscribers.Add(subscription);
            if (!_isRunning)
            {
                _isRunning = true;
                using (ExecutionContext.SuppressFlow())
                    _running = Task.Run(RunAsync);
            }
        }

        Wake();
    }

    private async Task RunAsync()
    {
        for (var failures = 0; !IsUnused();)
        {
            if (failures > 0)
                await PauseAsync(failures).ConfigureAwait(false);

            var connection = new ListeningConnection(this, _sources, _sender, _time);
            try
            {
                await connection.RunAsync(_stop.Token).ConfigureAwait(false);
                failures = 0;
            }
            catch (Exception) when (_stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                failures = connection.IsProven ? 1 : failures + 1;
                OnFailed(e, connection);
            }
        }
    }

    private bool IsUnused()
    {
        lock (_gate)
        {
            if (_channels.Count > 0)
                return false;

            (_isRunning, State) = (false, ListenerState.Idle);
            return true;
        }
    }

    private void OnFailed(Exception reason, ListeningConnection connection)
    {
        var before = State;
        // Who was deaf stays so until a connection hears: another failure on the way does not end the resyncs that stand in.
        State = !connection.IsProven && (connection.IsDeaf || before == ListenerState.Deaf) ? ListenerState.Deaf : ListenerState.Lost;
        if (State != before)
        {
            Telemetry.ListenerLosses.Add(1);
            if (State == ListenerState.Deaf)
                Log.ListenerDeaf(_logger, SoonResync.TotalSeconds, reason);
            else
                Log.ListenerLost(_logger, reason);
        }

        foreach (var subscription in Snapshot(channel: null))
        {
            if (subscription.Confirmed.IsCompleted)
            {
                if (State == ListenerState.Deaf && before != ListenerState.Deaf)
                    subscription.Resync("deaf");
            }
            else if (connection.IsDeaf && State == ListenerState.Deaf)
            {
                subscription.Confirm();
            }
            else
            {
                // Whoever waits to be subscribed is told, and leaves before the next attempt.
                Remove(subscription);
                subscription.Fail(reason);
            }
        }
    }

    /// <summary>From 0.1 s, doubled up to 10 s, with half of it jittered; a new subscription is tried at once.</summary>
    private async Task PauseAsync(int failures)
    {
        var pause = TimeSpan.FromMilliseconds(Math.Min(100 * Math.Pow(2, failures - 1), MaxBackoff.TotalMilliseconds)) * (0.5 + (0.5 * Random.Shared.NextDouble()));
        var (_, changed) = Wanted();
        using var wake = CancellationTokenSource.CreateLinkedTokenSource(changed, _stop.Token);
        await Task.Delay(pause, _time, wake.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private NotificationSubscription[] Snapshot(string? channel)
    {
        lock (_gate)
        {
            if (channel is null)
                return [.. _channels.Values.SelectMany(static s => s)];
            return _channels.TryGetValue(channel, out var subscribers) ? [.. subscribers] : [];
        }
    }
}
