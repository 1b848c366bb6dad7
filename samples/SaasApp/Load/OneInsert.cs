using Npgsql;
using Patterns.WebhookDedup;

namespace SaasApp;

/// <summary>What one writes by hand: one statement, and so one flush, for each event.</summary>
internal static class OneInsert
{
    public const string Count = "SELECT count(*) FROM app.received_by_hand";

    /// <returns>Whether the event is new.</returns>
    public static async ValueTask<bool> ReceiveAsync(NpgsqlDataSource source, WebhookEvent webhookEvent, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        await using var insert = new NpgsqlCommand("INSERT INTO app.received_by_hand (event_id, payload) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING event_id", connection)
        {
            Parameters =
            {
                new NpgsqlParameter<string> { TypedValue = webhookEvent.Id },
                new NpgsqlParameter<ReadOnlyMemory<byte>> { TypedValue = webhookEvent.Payload, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Bytea },
            },
        };
        // Once for each connection; the pool keeps it.
        await insert.PrepareAsync(ct);
        return await insert.ExecuteScalarAsync(ct) is not null;
    }
}
