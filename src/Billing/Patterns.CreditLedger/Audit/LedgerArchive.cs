using Npgsql;
using Patterns.Postgres;

namespace Patterns.CreditLedger;

/// <summary>
/// Replaces old entries by what they come to. Why no snapshot shows a gap: an account's checkpoints are one statement; all of them are committed before the first partition is detached; and who
/// reads entries and checkpoints together holds a lock on the entries from before his snapshot, for which a detachment waits.
/// </summary>
internal sealed class LedgerArchive(IPostgres postgres, ITimePartitions partitions)
{
    public const string Entries = "credit_ledger_entries";

    // Entries of that age are written no more, so that two archives at once write the same. A checkpoint never goes back.
    private readonly string _checkpoint = postgres.Sql(
        """
        WITH batch AS (
            SELECT a.tenant_id, a.asset, c.seq FROM (
                SELECT a.tenant_id, a.asset FROM {schema}.credit_ledger_accounts a WHERE (a.tenant_id, a.asset) > ($1, $2) ORDER BY a.tenant_id, a.asset LIMIT 200
            ) a
            LEFT JOIN {schema}.credit_ledger_checkpoints c ON c.tenant_id = a.tenant_id AND c.asset = a.asset AND c.lot_id = '00000000-0000-0000-0000-000000000000'
        ), entry AS (
            SELECT e.tenant_id, e.asset, e.lot_id, e.seq, e.at, e.kind, e.d_available, e.d_held, e.available_after, e.held_after, e.debt_after, e.recognised_minor
            FROM batch b
            JOIN {schema}.credit_ledger_entries e ON e.tenant_id = b.tenant_id AND e.asset = b.asset AND e.seq > coalesce(b.seq, 0) AND e.at < $3
        ), account AS (
            SELECT DISTINCT ON (e.tenant_id, e.asset) e.* FROM entry e ORDER BY e.tenant_id, e.asset, e.seq DESC
        ), lot AS (
            SELECT e.tenant_id, e.asset, e.lot_id, sum(e.d_available) AS available, sum(e.d_held) AS held, sum(e.recognised_minor) AS recognised_minor,
                -sum(e.d_available + e.d_held) FILTER (WHERE e.kind IN (2, 4, 7, 9, 13)) AS consumed, -sum(e.d_available + e.d_held) FILTER (WHERE e.kind = 6) AS expired,
                -sum(e.d_available + e.d_held) FILTER (WHERE e.kind = 8) AS revoked, -sum(e.d_available + e.d_held) FILTER (WHERE e.kind = 10) AS moved
            FROM entry e WHERE e.lot_id IS NOT NULL GROUP BY e.tenant_id, e.asset, e.lot_id
        ), written AS (
            INSERT INTO {schema}.credit_ledger_checkpoints AS c (tenant_id, asset, lot_id, seq, at, available, held, debt, consumed, expired, revoked, moved, recognised_minor)
            SELECT a.tenant_id, a.asset, '00000000-0000-0000-0000-000000000000', a.seq, a.at, a.available_after, a.held_after, a.debt_after, 0, 0, 0, 0, 0 FROM account a
            UNION ALL
            SELECT l.tenant_id, l.asset, l.lot_id, a.seq, a.at, l.available + coalesce(c.available, 0), l.held + coalesce(c.held, 0), 0, coalesce(l.consumed, 0) + coalesce(c.consumed, 0),
                coalesce(l.expired, 0) + coalesce(c.expired, 0), coalesce(l.revoked, 0) + coalesce(c.revoked, 0), coalesce(l.moved, 0) + coalesce(c.moved, 0),
                l.recognised_minor + coalesce(c.recognised_minor, 0)
            FROM lot l
            JOIN account a ON a.tenant_id = l.tenant_id AND a.asset = l.asset
            LEFT JOIN {schema}.credit_ledger_checkpoints c ON c.tenant_id = l.tenant_id AND c.asset = l.asset AND c.lot_id = l.lot_id
            ORDER BY 1, 2, 3
            ON CONFLICT (tenant_id, asset, lot_id) DO UPDATE
            SET seq = excluded.seq, at = excluded.at, available = excluded.available, held = excluded.held, debt = excluded.debt, consumed = excluded.consumed,
                expired = excluded.expired, revoked = excluded.revoked, moved = excluded.moved, recognised_minor = excluded.recognised_minor
            WHERE c.seq < excluded.seq
        )
        SELECT b.tenant_id, b.asset, (SELECT count(*) FROM account)::int FROM batch b ORDER BY b.tenant_id DESC, b.asset DESC LIMIT 1
        """);

    // Goes once along the primary key, since ended holds are in no other index.
    private readonly string _holds = postgres.Sql(
        """
        WITH page AS (
            SELECT h.tenant_id, h.asset, h.hold_id, h.status <> 1 AND h.ended_at < $4 AS is_old
            FROM {schema}.credit_ledger_holds h WHERE (h.tenant_id, h.asset, h.hold_id) > ($1, $2, $3) ORDER BY h.tenant_id, h.asset, h.hold_id LIMIT 2000
        ), gone AS (
            DELETE FROM {schema}.credit_ledger_holds h USING page p
            WHERE p.is_old AND h.tenant_id = p.tenant_id AND h.asset = p.asset AND h.hold_id = p.hold_id AND h.status <> 1
            RETURNING 1
        )
        SELECT p.tenant_id, p.asset, (SELECT count(*) FROM gone)::int, p.hold_id FROM page p ORDER BY p.tenant_id DESC, p.asset DESC, p.hold_id DESC LIMIT 1
        """);

    public async Task<ArchiveResult> RunAsync(DateTimeOffset before, CancellationToken ct)
    {
        var utc = before.UtcDateTime;
        var month = new DateTimeOffset(utc.Year, utc.Month, 1, 0, 0, 0, TimeSpan.Zero);
        var accounts = await RunAsync(_checkpoint, month, holds: false, ct).ConfigureAwait(false);
        var complete = await partitions.DropBeforeAsync(Entries, month, ct).ConfigureAwait(false);
        var holds = await RunAsync(_holds, month, holds: true, ct).ConfigureAwait(false);
        return new(month, accounts, holds, complete);
    }

    /// <summary>Each batch is a transaction of its own.</summary>
    private async Task<int> RunAsync(string sql, DateTimeOffset month, bool holds, CancellationToken ct)
    {
        var (tenant, asset, id, count) = ("", "", Guid.Empty, 0);
        while (true)
        {
            var command = postgres.DataSource.CreateCommand(sql);
            await using (command.ConfigureAwait(false))
            {
                command.CommandTimeout = 0;
                command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = tenant });
                command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = asset });
                if (holds)
                    command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = id });
                command.Parameters.Add(new NpgsqlParameter<DateTime> { TypedValue = month.UtcDateTime });
                var row = await command.ExecuteReaderAsync(ct).ConfigureAwait(false);
                await using (row.ConfigureAwait(false))
                {
                    if (!await row.ReadAsync(ct).ConfigureAwait(false))
                        return count;
                    (tenant, asset, id) = (row.GetString(0), row.GetString(1), holds ? row.GetGuid(3) : id);
                    count += row.GetInt32(2);
                }
            }
        }
    }
}
