using Npgsql;

namespace Patterns.Postgres;

/// <summary>
/// PostgreSQL's LISTEN and NOTIFY, made safe to build on: whoever may have missed a notification is told to read the state. All subscriptions of
/// the process share one connection of their own, outside the pool, which is open only while there is a subscription. Thread-safe.
/// </summary>
public interface INotifications
{
    /// <summary>
    /// Calls <paramref name="handler"/> for what is sent on a channel. Its first notification is always a resync ("read the state now", see
    /// <see cref="Notification.IsResync"/>), and a resync comes again after each reconnect, after more than 1,024 notifications waited for a slow
    /// handler, 5 seconds after a handler threw, and every <see cref="PostgresOptions.ResyncInterval"/>: a handler that reads the state then misses nothing
    /// for good. Behind a transaction pooler without <see cref="PostgresOptions.SessionConnectionString"/> nothing but a resync every 5 seconds comes.
    /// </summary>
    /// <param name="channel">The channel: <c>^[a-z_][a-z0-9_]{0,62}$</c>.</param>
    /// <param name="handler">
    /// Runs once at a time for one subscription. One that throws is logged and counted, and the next notification comes all the same. Its token is cancelled when
    /// the subscription is disposed. It sees no <c>AsyncLocal</c> of the subscriber.
    /// </param>
    /// <param name="ct">Gives up waiting for the server; nothing is then subscribed.</param>
    /// <returns>
    /// The subscription, after the server has confirmed the LISTEN. Disposing it ends it and waits for its running handler, unless it is that handler that
    /// disposes it.
    /// </returns>
    /// <exception cref="ArgumentException">The channel is malformed.</exception>
    /// <exception cref="NpgsqlException">The server cannot be reached. Nothing is subscribed. Once subscribed, an outage ends in a resync instead.</exception>
    ValueTask<IAsyncDisposable> SubscribeAsync(string channel, Func<Notification, CancellationToken, ValueTask> handler, CancellationToken ct = default);

    /// <summary>
    /// Sends a notification when <paramref name="transaction"/> commits, and none when it does not. PostgreSQL takes a lock of the whole server at the
    /// commit of a transaction that notifies, so that such commits wait for each other: on a hot path use <see cref="NotifySoon"/> after the commit.
    /// </summary>
    /// <param name="transaction">An open transaction.</param>
    /// <param name="channel">The channel: <c>^[a-z_][a-z0-9_]{0,62}$</c>.</param>
    /// <param name="payload">At most 7,999 bytes of UTF-8. Equal notifications of one transaction arrive as one.</param>
    /// <param name="ct">Cancels the statement, and with it the transaction.</param>
    /// <exception cref="ArgumentException">The channel or the payload is outside its limits, or the transaction is finished.</exception>
    ValueTask NotifyAsync(NpgsqlTransaction transaction, string channel, string payload, CancellationToken ct = default);

    /// <summary>
    /// Sends a notification soon, for hot paths: call it after the commit. Never waits. The first is sent at once, those of the next 20 ms together in one
    /// statement, equal ones as one. When the database does not take them at the second attempt, or more than 4,096 different ones wait, they are
    /// lost, logged and counted; what waits when the service container is disposed is sent within 5 seconds or lost.
    /// </summary>
    /// <param name="channel">The channel: <c>^[a-z_][a-z0-9_]{0,62}$</c>.</param>
    /// <param name="payload">At most 7,999 bytes of UTF-8.</param>
    /// <exception cref="ArgumentException">The channel or the payload is outside its limits.</exception>
    /// <exception cref="ObjectDisposedException">The service container was disposed.</exception>
    void NotifySoon(string channel, string payload);
}
