using Patterns.Postgres;

namespace Patterns.WebhookDedup;

/// <summary>Counts what stands in the inbox, by the partial indexes of what is not done.</summary>
internal sealed class InboxStatement(IPostgres postgres)
{
    private readonly string _text = postgres.Sql(
        """
        SELECT p.pending, coalesce({schema}.now() - p.oldest, interval '0'), d.dead, d.lately
        FROM (SELECT count(*) AS pending, min(coalesce(first_received_at, received_at)) AS oldest FROM {schema}.webhook_dedup_events WHERE state IN ('pending', 'leased')) p,
            (SELECT count(*) AS dead, count(*) FILTER (WHERE done_at > {schema}.now() - interval '1 hour') AS lately FROM {schema}.webhook_dedup_events WHERE state = 'dead') d
        """);

    public async Task<InboxReading> ExecuteAsync(CancellationToken ct)
    {
        var command = postgres.DataSource.CreateCommand(_text);
        await using (command.ConfigureAwait(false))
        {
            var reader = await command.ExecuteReaderAsync(ct).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                await reader.ReadAsync(ct).ConfigureAwait(false);
                return new(reader.GetInt64(0), reader.GetFieldValue<TimeSpan>(1), reader.GetInt64(2), reader.GetInt64(3));
            }
        }
    }
}
