using Npgsql;
using NpgsqlTypes;
using Patterns.Postgres;

namespace Patterns.WebhookDedup;

/// <summary>Keeps an event with its payload, as pending: to be worked on at once, or again after a first attempt that failed.</summary>
internal sealed class StoreStatement(IPostgres postgres)
{
    private readonly string _text = postgres.Sql(
        """
        INSERT INTO {schema}.webhook_dedup_events
            (tenant_id, receipt_id, received_at, source, event_id, type, payload, occurred_at, ordering_key, position, ordering, error, state, attempts, next_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 'pending', $13, {schema}.now() + $14)
        """);

    /// <summary>Stores what was claimed. A failure is that of a first attempt.</summary>
    public async ValueTask ExecuteAsync(NpgsqlTransaction transaction, WebhookEvent webhookEvent, WebhookReceipt receipt, EventOrder order, Exception? failure, CancellationToken ct)
    {
        var attempts = failure is null ? 0 : 1;
        var command = new NpgsqlCommand(_text, transaction.Connection, transaction)
        {
            Parameters =
            {
                new() { Value = webhookEvent.Tenant, NpgsqlDbType = NpgsqlDbType.Text },
                new() { Value = receipt.ReceiptId, NpgsqlDbType = NpgsqlDbType.Uuid },
                new() { Value = receipt.FirstReceivedAt, NpgsqlDbType = NpgsqlDbType.TimestampTz },
                new() { Value = webhookEvent.Source, NpgsqlDbType = NpgsqlDbType.Text },
                new() { Value = webhookEvent.Id, NpgsqlDbType = NpgsqlDbType.Text },
                new() { Value = (object?)webhookEvent.Type ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text },
                new() { Value = webhookEvent.Payload, NpgsqlDbType = NpgsqlDbType.Bytea },
                new() { Value = (object?)webhookEvent.OccurredAt?.ToUniversalTime() ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.TimestampTz },
                new() { Value = (object?)order.Key ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text },
                new() { Value = (object?)order.Position ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Bigint },
                new() { Value = (short)order.Ordering, NpgsqlDbType = NpgsqlDbType.Smallint },
                new() { Value = failure is null ? DBNull.Value : ErrorText.Of(failure), NpgsqlDbType = NpgsqlDbType.Text },
                new() { Value = attempts, NpgsqlDbType = NpgsqlDbType.Integer },
                new() { Value = failure is null ? TimeSpan.Zero : RetrySchedule.After(attempts), NpgsqlDbType = NpgsqlDbType.Interval },
            },
        };
        await using (command.ConfigureAwait(false))
            await command.ExecuteNonQueryAsync(ct).ConfigureAwait(false);
    }
}
