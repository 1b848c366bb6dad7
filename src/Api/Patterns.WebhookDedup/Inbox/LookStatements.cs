using Npgsql;
using NpgsqlTypes;
using Patterns.Postgres;

namespace Patterns.WebhookDedup;

/// <summary>Reads stored events. Lists go by the primary key, backwards: receipt ids rise with time, and stay when an event is moved.</summary>
internal sealed class LookStatements(IPostgres postgres)
{
    public const int Page = 500;

    private const string Columns =
        """
        SELECT tenant_id, source, event_id, type, receipt_id, coalesce(first_received_at, received_at), occurred_at, ordering_key, position,
            state, attempts, deferrals, next_at, done_at, error, redrives, redriven_by
        """;

    private readonly string _find = postgres.Sql(
        Columns +
        """
        , payload FROM {schema}.webhook_dedup_events
        WHERE tenant_id = $1 AND receipt_id = (
            SELECT k.receipt_id FROM {schema}.webhook_dedup_keys k WHERE k.tenant_id = $1 AND k.source = $2 AND k.event_id = $3 AND k.stored ORDER BY k.generation LIMIT 1)
        """);

    private readonly string _list = postgres.Sql(
        $$"""
        {{Columns}} FROM {schema}.webhook_dedup_events
        WHERE {{FilterParameters.Condition}}
            AND ($7 IS NULL OR state = $7) AND ($8 IS NULL OR (tenant_id, receipt_id) < ($8, $9))
        ORDER BY tenant_id DESC, receipt_id DESC
        LIMIT 500
        """);

    public async Task<StoredWebhook?> FindAsync(string tenant, string source, string eventId, CancellationToken ct)
    {
        var command = postgres.DataSource.CreateCommand(_find);
        await using (command.ConfigureAwait(false))
        {
            foreach (var text in (string[])[tenant, source, eventId])
                FilterParameters.Add(command, NpgsqlDbType.Text, text);
            var reader = await command.ExecuteReaderAsync(ct).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
                return await reader.ReadAsync(ct).ConfigureAwait(false) ? Read(reader) with { Payload = reader.GetFieldValue<byte[]>(17) } : null;
        }
    }

    public async Task<List<StoredWebhook>> PageAsync(WebhookFilter filter, CancellationToken ct)
    {
        var page = new List<StoredWebhook>();
        var command = postgres.DataSource.CreateCommand(_list);
        await using (command.ConfigureAwait(false))
        {
            FilterParameters.AddTo(command, filter);
            FilterParameters.Add(command, NpgsqlDbType.Text, filter.State is { } state ? StateNames.Of(state) : null);
            FilterParameters.Add(command, NpgsqlDbType.Text, filter.After?.Tenant);
            FilterParameters.Add(command, NpgsqlDbType.Uuid, filter.After?.ReceiptId);
            var reader = await command.ExecuteReaderAsync(ct).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                while (await reader.ReadAsync(ct).ConfigureAwait(false))
                    page.Add(Read(reader));
            }
        }

        return page;
    }

    private static StoredWebhook Read(NpgsqlDataReader row)
    {
        var state = StateNames.Parse(row.GetString(9));
        return new()
        {
            Tenant = row.GetString(0),
            Source = row.GetString(1),
            EventId = row.GetString(2),
            Type = row.IsDBNull(3) ? null : row.GetString(3),
            ReceiptId = row.GetGuid(4),
            ReceivedAt = row.GetFieldValue<DateTimeOffset>(5),
            OccurredAt = row.IsDBNull(6) ? null : row.GetFieldValue<DateTimeOffset>(6),
            OrderingKey = row.IsDBNull(7) ? null : row.GetString(7),
            Position = row.IsDBNull(8) ? null : row.GetInt64(8),
            State = state,
            Attempts = row.GetInt32(10),
            Deferrals = row.GetInt32(11),
            NextAttemptAt = state is WebhookState.Pending or WebhookState.Leased ? row.GetFieldValue<DateTimeOffset>(12) : null,
            SettledAt = row.IsDBNull(13) ? null : row.GetFieldValue<DateTimeOffset>(13),
            Error = row.IsDBNull(14) ? null : row.GetString(14),
            Redrives = row.GetInt32(15),
            RedrivenBy = row.IsDBNull(16) ? null : row.GetString(16),
        };
    }
}
