using Npgsql;
using NpgsqlTypes;
using Patterns.Postgres;

namespace Patterns.CreditLedger;

/// <summary>Sums up what the entries of a period did to lots and to debt, in one statement.</summary>
internal sealed class Recognition(IPostgres postgres, LedgerPools pools)
{
    // Summed up by lot before the lots are asked for their currency. Movements are numbered as LedgerMovement is; what only moves between available and held is none, and what a
    // successor receives is what its predecessor moved.
    private readonly string _totals = postgres.Sql(
        """
        WITH archived AS (
            SELECT max(c.at) AS through FROM {schema}.credit_ledger_checkpoints c WHERE c.lot_id = '00000000-0000-0000-0000-000000000000' AND c.tenant_id = coalesce($3, c.tenant_id)
        ), entry AS (
            SELECT e.tenant_id, e.asset, e.lot_id, e.pool, e.kind, sum(abs(e.d_available + e.d_held)) AS units, sum(e.recognised_minor) AS minor,
                sum(e.d_debt) FILTER (WHERE e.d_debt > 0) AS made, -sum(e.d_debt) FILTER (WHERE e.d_debt < 0) AS unmade
            FROM {schema}.credit_ledger_entries e
            WHERE e.at >= $1 AND e.at < $2 AND e.tenant_id = coalesce($3, e.tenant_id)
            GROUP BY e.tenant_id, e.asset, e.lot_id, e.pool, e.kind
        ), total AS (
            SELECT m.movement, m.pool, m.currency, sum(m.units) AS units, sum(m.minor) AS minor
            FROM entry e
            LEFT JOIN {schema}.credit_ledger_lots l ON l.tenant_id = e.tenant_id AND l.asset = e.asset AND l.lot_id = e.lot_id
            CROSS JOIN LATERAL (VALUES
                (CASE WHEN e.lot_id IS NOT NULL THEN
                    CASE e.kind WHEN 1 THEN 1 WHEN 2 THEN 2 WHEN 4 THEN 2 WHEN 9 THEN 2 WHEN 6 THEN 3 WHEN 7 THEN 4 WHEN 13 THEN 4 WHEN 8 THEN 5 WHEN 10 THEN 6 END END,
                    e.pool, l.currency, e.units, e.minor),
                (7, NULL, NULL, e.made, 0),
                (CASE WHEN e.kind = 9 THEN 8 ELSE 9 END, NULL, NULL, e.unmade, 0)
            ) AS m (movement, pool, currency, units, minor)
            WHERE m.movement IS NOT NULL AND (m.units <> 0 OR m.minor <> 0)
            GROUP BY m.movement, m.pool, m.currency
        )
        SELECT a.through, t.movement, t.pool, t.currency, t.units::bigint, t.minor::bigint FROM archived a LEFT JOIN total t ON true ORDER BY t.pool NULLS LAST, t.movement, t.currency NULLS FIRST
        """);

    /// <exception cref="ArgumentOutOfRangeException">Entries of the period are archived.</exception>
    public async Task<IReadOnlyList<RecognitionTotal>> TotalsAsync(DateTimeOffset from, DateTimeOffset to, string? tenantId, CancellationToken ct)
    {
        var totals = new List<RecognitionTotal>();
        var command = postgres.DataSource.CreateCommand(_totals);
        await using (command.ConfigureAwait(false))
        {
            command.CommandTimeout = 0;
            command.Parameters.Add(new NpgsqlParameter<DateTime> { TypedValue = from.UtcDateTime });
            command.Parameters.Add(new NpgsqlParameter<DateTime> { TypedValue = to.UtcDateTime });
            command.Parameters.Add(new() { NpgsqlDbType = NpgsqlDbType.Text, Value = (object?)tenantId ?? DBNull.Value });
            var row = await command.ExecuteReaderAsync(ct).ConfigureAwait(false);
            await using (row.ConfigureAwait(false))
            {
                while (await row.ReadAsync(ct).ConfigureAwait(false))
                {
                    if (!row.IsDBNull(0) && row.GetFieldValue<DateTimeOffset>(0) is var through && from <= through)
                        throw new ArgumentOutOfRangeException(nameof(from), from, $"Entries up to {through:O} are archived: ask for a period that begins later.");
                    if (!row.IsDBNull(1))
                        totals.Add(Read(row));
                }
            }
        }

        return totals;
    }

    private RecognitionTotal Read(NpgsqlDataReader row)
    {
        var pool = row.IsDBNull(2) ? null : row.GetString(2);
        return new((LedgerMovement)row.GetInt32(1), pool, pool is null ? null : pools.KindOf(pool), row.IsDBNull(3) ? null : row.GetString(3), row.GetInt64(4), row.GetInt64(5));
    }
}
