using Npgsql;
using Patterns.Postgres;

namespace SaasApp;

internal sealed class ReceiptStore(IPostgres postgres)
{
    public async Task RecordAsync(NpgsqlTransaction transaction, string eventId, string document, CancellationToken ct)
    {
        await using var insert = new NpgsqlCommand("INSERT INTO app.receipts (id, event_id, document) VALUES ($1, $2, $3)", transaction.Connection, transaction)
        {
            Parameters = { new() { Value = Guid.CreateVersion7() }, new() { Value = eventId }, new() { Value = document } },
        };
        await insert.ExecuteNonQueryAsync(ct);
    }

    /// <summary>The receipt for the invoice of an event; null while there is none.</summary>
    public async Task<string?> FindAsync(string eventId, CancellationToken ct)
    {
        await using var select = postgres.DataSource.CreateCommand("SELECT document FROM app.receipts WHERE event_id = $1");
        select.Parameters.Add(new() { Value = eventId });
        return (string?)await select.ExecuteScalarAsync(ct);
    }
}
