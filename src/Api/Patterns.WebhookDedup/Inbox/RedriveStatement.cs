using NpgsqlTypes;
using Patterns.Postgres;

namespace Patterns.WebhookDedup;

/// <summary>Has events of one state worked on again, in chunks that are committed one by one.</summary>
internal sealed class RedriveStatement(IPostgres postgres)
{
    private static readonly WebhookState[] Failed = [WebhookState.Dead, WebhookState.Pending];
    private static readonly WebhookState[] Settled = [WebhookState.Done, WebhookState.Ignored, WebhookState.Superseded];

    // One state at a time, so that the few dead ones are found by their own index among millions that are done.
    private readonly string _text = postgres.Sql(
        $$"""
        WITH chosen AS MATERIALIZED (
            SELECT tenant_id, receipt_id, received_at FROM {schema}.webhook_dedup_events
            WHERE {{FilterParameters.Condition}}
                AND state = $7 AND (state <> 'pending' OR attempts > 0) AND ($8 IS NULL OR (tenant_id, receipt_id) > ($8, $9))
            ORDER BY tenant_id, receipt_id
            LIMIT $10
            FOR UPDATE SKIP LOCKED)
        UPDATE {schema}.webhook_dedup_events e
        SET state = 'pending', attempts = 0, deferrals = 0, next_at = {schema}.now(), done_at = NULL, redriven_by = $11, redrives = e.redrives + 1
        FROM chosen c
        WHERE e.tenant_id = c.tenant_id AND e.receipt_id = c.receipt_id AND e.received_at = c.received_at
        RETURNING e.tenant_id, e.receipt_id
        """);

    /// <summary>The states that a filter means.</summary>
    /// <exception cref="ArgumentException">The filter names a state that cannot be re-driven, or only by force.</exception>
    public static IEnumerable<WebhookState> StatesOf(WebhookFilter filter, bool force) => filter.State switch
    {
        null => force ? [.. Failed, .. Settled] : Failed,
        WebhookState.Leased => throw new ArgumentException("Events that are leased are at work, and cannot be re-driven. They are due again when their lease runs out.", nameof(filter)),
        { } state when !force && Settled.Contains(state) => throw new ArgumentException($"Events that are {StateNames.Of(state)} are re-driven only with force: their work would be done again.", nameof(filter)),
        { } state => [state],
    };

    /// <summary>One chunk.</summary>
    /// <param name="filter">Which events; <see cref="WebhookFilter.After"/> is not looked at.</param>
    /// <param name="state">Their state.</param>
    /// <param name="after">The last event of the chunk before.</param>
    /// <param name="count">How many.</param>
    /// <param name="by">Who wants it.</param>
    /// <param name="ct">Cancels the chunk.</param>
    /// <returns>How many there were, and the last one.</returns>
    public async Task<(int Count, (string Tenant, Guid ReceiptId)? Last)> ExecuteAsync(
        WebhookFilter filter, WebhookState state, (string Tenant, Guid ReceiptId)? after, int count, string by, CancellationToken ct)
    {
        var command = postgres.DataSource.CreateCommand(_text);
        await using (command.ConfigureAwait(false))
        {
            FilterParameters.AddTo(command, filter);
            FilterParameters.Add(command, NpgsqlDbType.Text, StateNames.Of(state));
            FilterParameters.Add(command, NpgsqlDbType.Text, after?.Tenant);
            FilterParameters.Add(command, NpgsqlDbType.Uuid, after?.ReceiptId);
            FilterParameters.Add(command, NpgsqlDbType.Integer, count);
            FilterParameters.Add(command, NpgsqlDbType.Text, by);
            var driven = new List<(string Tenant, Guid ReceiptId)>();
            var reader = await command.ExecuteReaderAsync(ct).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                while (await reader.ReadAsync(ct).ConfigureAwait(false))
                    driven.Add((reader.GetString(0), reader.GetGuid(1)));
            }

            return driven.Count == 0 ? (0, null) : (driven.Count, driven.MaxBy(static one => one, InKeyOrder));
        }
    }

    /// <summary>The order of the primary key: bytes, as COLLATE "C" and uuid compare.</summary>
    private static readonly Comparer<(string Tenant, Guid ReceiptId)> InKeyOrder = Comparer<(string Tenant, Guid ReceiptId)>.Create(static (left, right) =>
    {
        var tenants = System.Text.Encoding.UTF8.GetBytes(left.Tenant).AsSpan().SequenceCompareTo(System.Text.Encoding.UTF8.GetBytes(right.Tenant));
        return tenants != 0 ? tenants : left.ReceiptId.ToByteArray(bigEndian: true).AsSpan().SequenceCompareTo(right.ReceiptId.ToByteArray(bigEndian: true));
    });
}
