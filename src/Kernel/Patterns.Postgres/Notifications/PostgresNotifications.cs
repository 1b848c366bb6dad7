using Npgsql;

namespace Patterns.Postgres;

internal sealed class PostgresNotifications(IPostgres postgres, NotificationListener listener, NotificationSender sender) : INotifications
{
    public ValueTask<IAsyncDisposable> SubscribeAsync(string channel, Func<Notification, CancellationToken, ValueTask> handler, CancellationToken ct = default)
    {
        NotificationMessage.CheckChannel(channel);
        ArgumentNullException.ThrowIfNull(handler);
        return listener.SubscribeAsync(channel, handler, ct);
    }

    public async ValueTask NotifyAsync(NpgsqlTransaction transaction, string channel, string payload, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        var message = NotificationMessage.Checked(channel, payload);
        await postgres.JoinAsync(transaction, async (joined, token) =>
        {
            var command = new NpgsqlCommand("SELECT pg_catalog.pg_notify($1, $2)", joined.Connection, joined)
            {
                Parameters = { new NpgsqlParameter<string> { TypedValue = message.Channel }, new NpgsqlParameter<string> { TypedValue = message.Payload } },
            };
            await using (command.ConfigureAwait(false))
                return await command.ExecuteNonQueryAsync(token).ConfigureAwait(false);
        }, ct).ConfigureAwait(false);
    }

    public void NotifySoon(string channel, string payload) => sender.Post(NotificationMessage.Checked(channel, payload));
}
