using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Patterns.Postgres;

/// <summary>
/// Sends notifications after the fact: the first at once, what comes meanwhile and in the 20 ms from its start in one statement, equal ones once.
/// Invariant: <c>_sending</c> is true from a message's arrival until a turn of <see cref="SendAllAsync"/> has found nothing, so no message stays behind.
/// </summary>
internal sealed class NotificationSender(PostgresDataSources sources, TimeProvider time, ILoggerFactory? loggers = null) : IAsyncDisposable, IDisposable
{
    private const int Limit = 4_096;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan DrainTimeout = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private readonly ILogger _logger = (loggers ?? NullLoggerFactory.Instance).CreateLogger(Telemetry.Name);
    private readonly CancellationTokenSource _closing = new();
    private readonly CancellationTokenSource _drained = new();
    private HashSet<NotificationMessage> _pending = [];
    private Task _running = Task.CompletedTask;
    private bool _sending;
    private int _refused;

    public void Post(NotificationMessage message)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_closing.IsCancellationRequested, typeof(INotifications));
            if (_pending.Count == Limit && !_pending.Contains(message))
            {
                _refused++;
                return;
            }

            _pending.Add(message);
            if (_sending)
                return;

            _sending = true;
            // Of the caller's context nothing may reach the statement: above all no ambient transaction, in which it would take part.
            using (ExecutionContext.SuppressFlow())
                _running = Task.Run(SendAllAsync);
        }
    }

    /// <summary>Sends the messages in one statement, in order.</summary>
    public async Task SendAsync(IReadOnlyCollection<NotificationMessage> messages, CancellationToken ct)
    {
        var command = sources.Application.CreateCommand("SELECT pg_catalog.pg_notify(channel, payload) FROM unnest($1, $2) AS message (channel, payload)");
        await using (command.ConfigureAwait(false))
        {
            command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. messages.Select(static m => m.Channel)] });
            command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. messages.Select(static m => m.Payload)] });
            await command.ExecuteNonQueryAsync(ct).ConfigureAwait(false);
        }
    }

    public void Dispose() => _closing.Cancel();

    public async ValueTask DisposeAsync()
    {
        Task running;
        lock (_gate)
            running = _running;
        await _closing.CancelAsync().ConfigureAwait(false);
        _drained.CancelAfter(DrainTimeout);
        await running.ConfigureAwait(false);
        _drained.Dispose();
        _closing.Dispose();
    }

    private async Task SendAllAsync()
    {
        while (true)
        {
            HashSet<NotificationMessage> messages;
            int refused;
            lock (_gate)
            {
                if (_pending.Count == 0)
                {
                    _sending = false;
                    return;
                }

                (messages, _pending) = (_pending, []);
                (refused, _refused) = (_refused, 0);
            }

            if (refused > 0)
                ReportLost(refused, new InvalidOperationException($"More than {Limit:N0} notifications waited."));

            var pause = Task.Delay(Pause, time, _closing.Token);
            if (!await TrySendAsync(messages, last: false).ConfigureAwait(false))
                await TrySendAsync(messages, last: true).ConfigureAwait(false);
            await pause.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<bool> TrySendAsync(HashSet<NotificationMessage> messages, bool last)
    {
        try
        {
            await SendAsync(messages, _drained.Token).ConfigureAwait(false);
            Telemetry.NotificationsSent.Add(messages.Count);
            return true;
        }
        catch (Exception e)
        {
            // The first failure is most often a connection that died in the pool, and the next one is sound.
            if (last)
                ReportLost(messages.Count, e);
            return false;
        }
    }

    private void ReportLost(int count, Exception reason)
    {
        Telemetry.NotificationsLost.Add(count);
        Log.NotificationsLost(_logger, count, reason);
    }
}
