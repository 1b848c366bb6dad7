using System.Text;
using Npgsql;
using NpgsqlTypes;
using Patterns.Postgres;

namespace Patterns.WebhookDedup;

/// <summary>Keeps an event whose handler failed, with its payload, as pending after a first attempt.</summary>
internal sealed class StoreStatement(IPostgres postgres)
{
    private const int ErrorLimit = 2_000;

    private readonly string _text = postgres.Sql(
        """
        INSERT INTO {schema}.webhook_dedup_events
            (tenant_id, receipt_id, received_at, source, event_id, type, payload, occurred_at, ordering_key, position, error, state, attempts, next_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'pending', 1, {schema}.now() + interval '10 seconds' * (0.8 + 0.4 * random()))
        """);

    public async ValueTask ExecuteAsync(NpgsqlTransaction transaction, WebhookEvent webhookEvent, WebhookReceipt receipt, Exception failure, CancellationToken ct)
    {
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
                new() { Value = (object?)webhookEvent.OrderingKey ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text },
                new() { Value = (object?)webhookEvent.Position ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Bigint },
                new() { Value = ErrorText(failure), NpgsqlDbType = NpgsqlDbType.Text },
            },
        };
        await using (command.ConfigureAwait(false))
            await command.ExecuteNonQueryAsync(ct).ConfigureAwait(false);
    }

    /// <summary>The exception's type and message as text that PostgreSQL takes: no NUL, no half of a surrogate pair, 2,000 characters.</summary>
    private static string ErrorText(Exception failure)
    {
        var text = $"{failure.GetType()}: {failure.Message}".Replace('\0', ' ');
        var cut = text.Length > ErrorLimit ? text[..ErrorLimit] : text;
        return Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(cut));
    }
}
