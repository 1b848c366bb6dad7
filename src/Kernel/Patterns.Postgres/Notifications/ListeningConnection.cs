using System.Globalization;
using Npgsql;

namespace Patterns.Postgres;

/// <summary>
/// One connection that listens, from its opening to its loss. It is believed only while it hears itself: a notification to its own channel, sent
/// through the application's data source, must arrive. That tells a half-open socket and a transaction pooler from silence.
/// </summary>
internal sealed class ListeningConnection(NotificationListener listener, PostgresDataSources sources, NotificationSender sender, TimeProvider time)
{
    private static readonly TimeSpan ProbeInterval = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan ProbeTimeout = TimeSpan.FromSeconds(5);

    private readonly string _own = $"patterns_{Guid.CreateVersion7():n}";
    private readonly HashSet<string> _channels = new(StringComparer.Ordinal);
    private TaskCompletionSource _heard = new();
    private int _probes;

    /// <summary>It has heard itself at least once.</summary>
    public bool IsProven { get; private set; }

    /// <summary>A notification was sent to it and did not arrive.</summary>
    public bool IsDeaf { get; private set; }

    private string Expected => _probes.ToString(CultureInfo.InvariantCulture);

    /// <summary>Returns when nobody subscribes any more; throws when the connection is lost or hears nothing.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        var connection = await sources.CreateSessionAsync(ct).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            connection.Notification += OnNotification;
            await connection.OpenAsync(ct).ConfigureAwait(false);
            await ExecuteAsync(connection, $"LISTEN {_own}", ct).ConfigureAwait(false);
            using var ended = CancellationTokenSource.CreateLinkedTokenSource(ct);
            var probing = KeepProbingAsync(ended);
            try
            {
                await ReadAsync(connection, ended.Token).ConfigureAwait(false);
            }
            finally
            {
                // When the probe failed, its reason takes the place of what the cancelled wait threw.
                await ended.CancelAsync().ConfigureAwait(false);
                await probing.ConfigureAwait(false);
            }
        }
    }

    private async Task ReadAsync(NpgsqlConnection connection, CancellationToken ended)
    {
        while (true)
        {
            var (wanted, changed) = listener.Wanted();
            if (wanted.Length == 0)
                return;

            if (IsProven)
            {
                await ListenAsync(connection, wanted, ended).ConfigureAwait(false);
                listener.OnListening(wanted);
            }

            using var wake = CancellationTokenSource.CreateLinkedTokenSource(ended, changed);
            try
            {
                while (true)
                    await connection.WaitAsync(wake.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (!ended.IsCancellationRequested)
            {
                // Other channels are wanted. Npgsql leaves a connection whose wait was cancelled in order.
            }
        }
    }

    private async Task ListenAsync(NpgsqlConnection connection, string[] wanted, CancellationToken ct)
    {
        string[] statements =
        [
            .. wanted.Except(_channels, StringComparer.Ordinal).Select(static c => $"LISTEN {Identifier.Quote(c)}"),
            .. _channels.Except(wanted, StringComparer.Ordinal).Select(static c => $"UNLISTEN {Identifier.Quote(c)}"),
        ];
        if (statements.Length > 0)
            await ExecuteAsync(connection, string.Join("; ", statements), ct).ConfigureAwait(false);
        _channels.Clear();
        _channels.UnionWith(wanted);
    }

    private async Task KeepProbingAsync(CancellationTokenSource ended)
    {
        try
        {
            while (true)
            {
                await ProbeAsync(ended.Token).ConfigureAwait(false);
                if (!IsProven)
                {
                    IsProven = true;
                    listener.Wake();
                }

                await Task.Delay(ProbeInterval, time, ended.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested)
        {
            // The connection ended first.
        }
        finally
        {
            await ended.CancelAsync().ConfigureAwait(false);
        }
    }

    private async Task ProbeAsync(CancellationToken ct)
    {
        _heard = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _probes++;

        // A database that is slow to take it, which the driver's timeouts limit, says nothing about this connection.
        await sender.SendAsync([new(_own, Expected)], ct).ConfigureAwait(false);
        try
        {
            await _heard.Task.WaitAsync(ProbeTimeout, time, ct).ConfigureAwait(false);
        }
        catch (TimeoutException e)
        {
            IsDeaf = true;
            throw new NpgsqlException($"The listening connection did not hear a notification to itself within {ProbeTimeout.TotalSeconds:0} s.", e);
        }
    }

    private void OnNotification(object _, NpgsqlNotificationEventArgs e)
    {
        if (e.Channel != _own)
            listener.Dispatch(e.Channel, e.Payload);
        else if (e.Payload == Expected)
            _heard.TrySetResult();
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken ct)
    {
        var command = new NpgsqlCommand(sql, connection);
        await using (command.ConfigureAwait(false))
            await command.ExecuteNonQueryAsync(ct).ConfigureAwait(false);
    }
}
