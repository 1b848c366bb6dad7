using Npgsql;
using NpgsqlTypes;
using Patterns.Postgres;

namespace Patterns.WebhookDedup;

/// <summary>Forgets how far entities have come that had no event for as long as keys are remembered.</summary>
internal sealed class OrderPruning(IPostgres postgres)
{
    private const int Chunk = 500;

    // The table is looked through once for a number of chunks, each of which is a short transaction. An entity that has an event meanwhile stays.
    private readonly string _find = postgres.Sql(
        "SELECT tenant_id, source, ordering_key FROM {schema}.webhook_dedup_order WHERE applied_at < {schema}.now() - $1 ORDER BY tenant_id, source, ordering_key LIMIT 10000");

    private readonly string _delete = postgres.Sql(
        """
        DELETE FROM {schema}.webhook_dedup_order o USING unnest($2, $3, $4) k (tenant_id, source, ordering_key)
        WHERE o.tenant_id = k.tenant_id AND o.source = k.source AND o.ordering_key = k.ordering_key AND o.applied_at < {schema}.now() - $1
        """);

    public async Task RunAsync(TimeSpan rememberFor, CancellationToken ct)
    {
        while (true)
        {
            var keys = await FindAsync(rememberFor, ct).ConfigureAwait(false);
            foreach (var chunk in keys.Chunk(Chunk))
                await DeleteAsync(rememberFor, chunk, ct).ConfigureAwait(false);
            if (keys.Count < 10_000)
                return;
        }
    }

    private async Task<List<(string Tenant, string Source, string Key)>> FindAsync(TimeSpan rememberFor, CancellationToken ct)
    {
        var keys = new List<(string Tenant, string Source, string Key)>();
        var command = postgres.DataSource.CreateCommand(_find);
        await using (command.ConfigureAwait(false))
        {
            command.Parameters.Add(new NpgsqlParameter<TimeSpan> { TypedValue = rememberFor, NpgsqlDbType = NpgsqlDbType.Interval });
            var reader = await command.ExecuteReaderAsync(ct).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                while (await reader.ReadAsync(ct).ConfigureAwait(false))
                    keys.Add((reader.GetString(0), reader.GetString(1), reader.GetString(2)));
            }
        }

        return keys;
    }

    private async Task DeleteAsync(TimeSpan rememberFor, (string Tenant, string Source, string Key)[] chunk, CancellationToken ct)
    {
        var command = postgres.DataSource.CreateCommand(_delete);
        await using (command.ConfigureAwait(false))
        {
            command.Parameters.Add(new NpgsqlParameter<TimeSpan> { TypedValue = rememberFor, NpgsqlDbType = NpgsqlDbType.Interval });
            foreach (var texts in (string[][])[Array.ConvertAll(chunk, k => k.Tenant), Array.ConvertAll(chunk, k => k.Source), Array.ConvertAll(chunk, k => k.Key)])
                command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = texts, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text });
            await command.ExecuteNonQueryAsync(ct).ConfigureAwait(false);
        }
    }
}
