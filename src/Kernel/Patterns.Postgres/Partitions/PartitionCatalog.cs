using Microsoft.Extensions.Options;
using Npgsql;

namespace Patterns.Postgres;

/// <summary>Reads from the server's catalog which partitions tables have; what the kernel made and what was made by hand count alike.</summary>
internal sealed class PartitionCatalog(PostgresDataSources sources, IOptions<PostgresOptions> options)
{
    // The bounds are printed and read in one session, so its time zone and date style do not matter. An open end is as far as .NET can say. A bound that is a UUID has its time in
    // its first 12 hexadecimal digits.
    private const string Partitions =
        """
        SELECT p.relname, c.relname, b.bound = 'DEFAULT', coalesce(f.at, '0001-01-02 UTC'), coalesce(t.at, '9999-12-30 UTC')
        FROM pg_inherits i
        JOIN pg_class c ON c.oid = i.inhrelid
        JOIN pg_class p ON p.oid = i.inhparent
        JOIN pg_namespace n ON n.oid = p.relnamespace
        CROSS JOIN LATERAL pg_get_expr(c.relpartbound, c.oid) AS b (bound)
        CROSS JOIN LATERAL (SELECT (regexp_match(b.bound, 'FROM \(''([^'']+)''\)'))[1], (regexp_match(b.bound, 'TO \(''([^'']+)''\)'))[1]) AS e (first, after)
        CROSS JOIN LATERAL (SELECT CASE WHEN e.first ~ '^[0-9a-f]{8}-' THEN to_timestamp(('x' || translate(left(e.first, 13), '-', ''))::bit(48)::bigint / 1000.0) ELSE e.first::timestamptz END) AS f (at)
        CROSS JOIN LATERAL (SELECT CASE WHEN e.after ~ '^[0-9a-f]{8}-' THEN to_timestamp(('x' || translate(left(e.after, 13), '-', ''))::bit(48)::bigint / 1000.0) ELSE e.after::timestamptz END) AS t (at)
        WHERE n.nspname = $1 AND p.relname = ANY ($2) AND NOT i.inhdetachpending
        """;

    private readonly string _schema = Identifier.Quote(options.Value.Schema);

    public async ValueTask<DateTimeOffset> NowAsync(CancellationToken ct)
    {
        var command = sources.Application.CreateCommand($"SELECT {_schema}.now()");
        await using (command.ConfigureAwait(false))
            return new((DateTime)(await command.ExecuteScalarAsync(ct).ConfigureAwait(false))!);
    }

    /// <summary>The database's time, and the partitions of these tables. Those whose detachment has begun are not among them.</summary>
    public async ValueTask<(DateTimeOffset Now, IReadOnlyList<Partition> Partitions)> ReadAsync(IEnumerable<string> tables, CancellationToken ct)
    {
        var partitions = new List<Partition>();
        var batch = sources.Application.CreateBatch();
        await using (batch.ConfigureAwait(false))
        {
            batch.BatchCommands.Add(new($"SELECT {_schema}.now()"));
            batch.BatchCommands.Add(new(Partitions)
            {
                Parameters = { new NpgsqlParameter<string> { TypedValue = options.Value.Schema }, new NpgsqlParameter<string[]> { TypedValue = [.. tables] } },
            });
            var reader = await batch.ExecuteReaderAsync(ct).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                await reader.ReadAsync(ct).ConfigureAwait(false);
                var now = await reader.GetFieldValueAsync<DateTimeOffset>(0, ct).ConfigureAwait(false);
                await reader.NextResultAsync(ct).ConfigureAwait(false);
                while (await reader.ReadAsync(ct).ConfigureAwait(false))
                    partitions.Add(new(reader.GetString(0), reader.GetString(1), reader.GetBoolean(2), reader.GetFieldValue<DateTimeOffset>(3), reader.GetFieldValue<DateTimeOffset>(4)));
                return (now, partitions);
            }
        }
    }

    /// <summary>How many rows a default partition holds, counted up to 10,000.</summary>
    public async ValueTask<long> CountAsync(Partition partition, CancellationToken ct)
    {
        var command = sources.Application.CreateCommand($"SELECT count(*) FROM (SELECT FROM {_schema}.{Identifier.Quote(partition.Name)} LIMIT 10000) AS rows");
        await using (command.ConfigureAwait(false))
            return (long)(await command.ExecuteScalarAsync(ct).ConfigureAwait(false))!;
    }
}
