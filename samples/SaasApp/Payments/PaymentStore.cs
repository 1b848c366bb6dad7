using Npgsql;
using NpgsqlTypes;
using Patterns.Postgres;
using Patterns.WebhookDedup;

namespace SaasApp;

internal sealed class PaymentStore(IPostgres postgres)
{
    private const int PageSize = 200;

    /// <summary>Writes the effect of an event that brings money, in the transaction that makes sure that there is one.</summary>
    public async Task RecordAsync(NpgsqlTransaction transaction, WebhookEvent webhookEvent, StripeEnvelope.Paid paid, CancellationToken ct)
    {
        await using var insert = new NpgsqlCommand(
            "INSERT INTO app.payments (id, event_id, type, object_id, customer, amount, currency, buyer, credits) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)", transaction.Connection, transaction)
        {
            Parameters =
            {
                new() { Value = Guid.CreateVersion7() },
                new() { Value = webhookEvent.Id },
                new() { Value = webhookEvent.Type! },
                new() { Value = paid.PurchaseId },
                new() { Value = (object?)paid.Customer ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text },
                new() { Value = (object?)paid.Amount ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Bigint },
                new() { Value = (object?)paid.Currency ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text },
                new() { Value = (object?)paid.Bought?.Tenant ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text },
                new() { Value = (object?)paid.Bought?.Credits ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Bigint },
            },
        };
        await insert.ExecuteNonQueryAsync(ct);
    }

    /// <summary>How many payments there are of a purchase.</summary>
    public async Task<long> CountAsync(string purchaseId, CancellationToken ct)
    {
        await using var select = postgres.DataSource.CreateCommand("SELECT count(*) FROM app.payments WHERE object_id = $1");
        select.Parameters.Add(new() { Value = purchaseId });
        return (long)(await select.ExecuteScalarAsync(ct))!;
    }

    /// <summary>The newest payments, or those of one event.</summary>
    public async Task<List<Payment>> ListAsync(string? eventId, CancellationToken ct)
    {
        await using var select = postgres.DataSource.CreateCommand(
            $"""
             SELECT id, event_id, type, object_id, customer, amount, currency, recorded_at FROM app.payments
             WHERE $1 IS NULL OR event_id = $1 ORDER BY recorded_at DESC, id DESC LIMIT {PageSize}
             """);
        select.Parameters.Add(new() { Value = (object?)eventId ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        await using var row = await select.ExecuteReaderAsync(ct);
        var payments = new List<Payment>();
        while (await row.ReadAsync(ct))
        {
            payments.Add(new(row.GetGuid(0), row.GetString(1), row.GetString(2), row.GetString(3), row.IsDBNull(4) ? null : row.GetString(4),
                row.IsDBNull(5) ? null : row.GetInt64(5), row.IsDBNull(6) ? null : row.GetString(6), row.GetFieldValue<DateTimeOffset>(7)));
        }

        return payments;
    }
}
