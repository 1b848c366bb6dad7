using System.Runtime.CompilerServices;
using Npgsql;
using Patterns.Postgres;

namespace Patterns.CreditLedger;

/// <summary>Reads accounts: each read is one statement, and so one snapshot, and takes no lock.</summary>
internal sealed class LedgerReads(IPostgres postgres)
{
    public const int Page = 500;

    // Both halves of part go by an index of what is open, since an account keeps its empty lots for ever.
    private readonly string _balance = postgres.Sql(
        """
        WITH account AS (
            SELECT a.*, greatest({schema}.now(), a.last_at) AS instant FROM {schema}.credit_ledger_accounts a WHERE a.tenant_id = $1 AND a.asset = $2
        ), part AS (
            SELECT l.pool, l.remaining AS available, CASE WHEN l.effective_at <= a.instant AND l.expires_at > a.instant THEN l.remaining ELSE 0 END AS spendable, 0::bigint AS held, l.expires_at
            FROM account a
            JOIN {schema}.credit_ledger_lots l ON l.tenant_id = $1 AND l.asset = $2 AND l.is_open
            UNION ALL
            SELECT l.pool, 0, CASE WHEN h.expires_at <= a.instant AND l.effective_at <= a.instant AND l.expires_at > a.instant THEN u.amount ELSE 0 END, u.amount, l.expires_at
            FROM account a
            JOIN {schema}.credit_ledger_holds h ON h.tenant_id = $1 AND h.asset = $2 AND h.status = 1
            CROSS JOIN LATERAL unnest(h.lot_ids, h.lot_amounts) AS u (lot_id, amount)
            JOIN {schema}.credit_ledger_lots l ON l.tenant_id = $1 AND l.asset = $2 AND l.lot_id = u.lot_id
            WHERE u.amount > 0
        )
        SELECT coalesce(a.last_seq, 0), coalesce(a.instant, n.instant), coalesce(a.available, 0), coalesce(a.held, 0), coalesce(a.debt, 0), coalesce(a.overdraft_limit, 0), a.low_watermark, NULL::timestamptz,
            p.pool, p.available::bigint, p.spendable::bigint, p.held::bigint, p.next_expiry
        FROM (SELECT {schema}.now() AS instant) n
        LEFT JOIN account a ON true
        LEFT JOIN (
            SELECT p.pool, sum(p.available) AS available, sum(p.spendable) AS spendable, sum(p.held) AS held,
                min(p.expires_at) FILTER (WHERE p.expires_at > a.instant AND p.expires_at < 'infinity') AS next_expiry
            FROM part p CROSS JOIN account a
            GROUP BY p.pool
        ) p ON true
        ORDER BY p.pool
        """);

    private readonly string _balanceAt = postgres.Sql(
        """
        WITH account AS (
            SELECT a.overdraft_limit, a.low_watermark, coalesce(c.seq, 0) AS seq, c.at, coalesce(c.available, 0) AS available, coalesce(c.held, 0) AS held, coalesce(c.debt, 0) AS debt
            FROM {schema}.credit_ledger_accounts a
            LEFT JOIN {schema}.credit_ledger_checkpoints c ON c.tenant_id = $1 AND c.asset = $2 AND c.lot_id = '00000000-0000-0000-0000-000000000000'
            WHERE a.tenant_id = $1 AND a.asset = $2
        ), entry AS (
            SELECT e.* FROM account a JOIN {schema}.credit_ledger_entries e ON e.tenant_id = $1 AND e.asset = $2 AND e.at <= $3 AND e.seq > a.seq
        ), lot AS (
            SELECT p.lot_id, sum(p.available)::bigint AS available, sum(p.held)::bigint AS held
            FROM (
                SELECT e.lot_id, e.d_available AS available, e.d_held AS held FROM entry e WHERE e.lot_id IS NOT NULL
                UNION ALL
                SELECT c.lot_id, c.available, c.held FROM {schema}.credit_ledger_checkpoints c
                WHERE c.tenant_id = $1 AND c.asset = $2 AND c.lot_id <> '00000000-0000-0000-0000-000000000000'
            ) p
            GROUP BY p.lot_id
            HAVING sum(p.available) <> 0 OR sum(p.held) <> 0
        )
        SELECT coalesce(e.seq, a.seq), $3::timestamptz, coalesce(e.available_after, a.available), coalesce(e.held_after, a.held), coalesce(e.debt_after, a.debt), a.overdraft_limit, a.low_watermark, a.at,
            p.pool, p.available::bigint, p.spendable::bigint, p.held::bigint, p.next_expiry
        FROM account a
        LEFT JOIN (SELECT seq, available_after, held_after, debt_after FROM entry ORDER BY seq DESC LIMIT 1) e ON true
        LEFT JOIN (
            SELECT l.pool, sum(t.available) AS available, sum(t.held) AS held,
                sum(CASE WHEN l.effective_at <= $3 AND l.expires_at > $3 THEN t.available ELSE 0 END) AS spendable,
                min(l.expires_at) FILTER (WHERE l.expires_at > $3 AND l.expires_at < 'infinity') AS next_expiry
            FROM lot t
            JOIN {schema}.credit_ledger_lots l ON l.tenant_id = $1 AND l.asset = $2 AND l.lot_id = t.lot_id
            GROUP BY l.pool
        ) p ON true
        ORDER BY p.pool
        """);

    // Times never go back, so that the last page's time leaves younger partitions alone.
    private readonly string _history = postgres.Sql(
        """
        SELECT seq, at, op_id, op_key, kind, lot_id, pool, d_available, d_held, d_debt, available_after, held_after, debt_after, recognised_minor, asked, about, reason, reference
        FROM {schema}.credit_ledger_entries
        WHERE tenant_id = $1 AND asset = $2 AND seq < $3 AND at <= $4
        ORDER BY seq DESC
        LIMIT 500
        """);

    public Task<CreditBalance> BalanceAsync(AccountId account, CancellationToken ct) => BalanceAsync(account, _balance, instant: null, ct);

    /// <exception cref="ArgumentOutOfRangeException">The entries of that instant are archived.</exception>
    public Task<CreditBalance> BalanceAtAsync(AccountId account, DateTimeOffset instant, CancellationToken ct) => BalanceAsync(account, _balanceAt, instant, ct);

    public async IAsyncEnumerable<LedgerEntry> HistoryAsync(AccountId account, long before, [EnumeratorCancellation] CancellationToken ct)
    {
        var until = DateTime.MaxValue;
        for (var page = new List<LedgerEntry>(); ; (before, until) = (page[^1].Number, page[^1].At.UtcDateTime))
        {
            page = await PageAsync(account, before, until, ct).ConfigureAwait(false);
            foreach (var entry in page)
                yield return entry;
            if (page.Count < Page)
                yield break;
        }
    }

    private async Task<CreditBalance> BalanceAsync(AccountId account, string sql, DateTimeOffset? instant, CancellationToken ct)
    {
        var command = postgres.DataSource.CreateCommand(sql);
        await using (command.ConfigureAwait(false))
        {
            AddKey(command, account);
            if (instant is { } at)
                command.Parameters.Add(new NpgsqlParameter<DateTime> { TypedValue = at.UtcDateTime });
            var reader = await command.ExecuteReaderAsync(ct).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
                return await ReadBalanceAsync(account, reader, instant, ct).ConfigureAwait(false);
        }
    }

    private static async Task<CreditBalance> ReadBalanceAsync(AccountId account, NpgsqlDataReader row, DateTimeOffset? instant, CancellationToken ct)
    {
        CreditBalance? balance = null;
        var pools = new List<PoolBalance>();
        DateTimeOffset? nextExpiry = null;
        while (await row.ReadAsync(ct).ConfigureAwait(false))
        {
            if (!row.IsDBNull(7) && row.GetFieldValue<DateTimeOffset>(7) is var earliest && instant < earliest)
                throw new ArgumentOutOfRangeException(nameof(instant), instant, $"The entries of account '{account.Tenant}', '{account.Asset}' before {earliest:O} are archived: its balance can be told from then on.");

            balance ??= new()
            {
                Account = account,
                EntryNumber = row.GetInt64(0),
                At = row.GetFieldValue<DateTimeOffset>(1),
                Available = row.GetInt64(2),
                Held = row.GetInt64(3),
                Debt = row.GetInt64(4),
                OverdraftLimit = row.GetInt64(5),
                LowWatermark = row.IsDBNull(6) ? null : row.GetInt64(6),
            };
            if (!row.IsDBNull(8))
                pools.Add(new(row.GetString(8), row.GetInt64(9), row.GetInt64(10), row.GetInt64(11)));
            if (!row.IsDBNull(12) && row.GetFieldValue<DateTimeOffset>(12) is var expiry && (nextExpiry is null || expiry < nextExpiry))
                nextExpiry = expiry;
        }

        return (balance ?? new() { Account = account, At = instant!.Value }) with { Pools = pools, NextExpiry = nextExpiry };
    }

    private async Task<List<LedgerEntry>> PageAsync(AccountId account, long before, DateTime until, CancellationToken ct)
    {
        var page = new List<LedgerEntry>();
        var command = postgres.DataSource.CreateCommand(_history);
        await using (command.ConfigureAwait(false))
        {
            AddKey(command, account);
            command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = before });
            command.Parameters.Add(new NpgsqlParameter<DateTime> { TypedValue = DateTime.SpecifyKind(until, DateTimeKind.Utc) });
            var row = await command.ExecuteReaderAsync(ct).ConfigureAwait(false);
            await using (row.ConfigureAwait(false))
            {
                while (await row.ReadAsync(ct).ConfigureAwait(false))
                    page.Add(ReadEntry(row));
            }
        }

        return page;
    }

    private static LedgerEntry ReadEntry(NpgsqlDataReader row) => new()
    {
        Number = row.GetInt64(0),
        At = row.GetFieldValue<DateTimeOffset>(1),
        Operation = row.GetGuid(2),
        Key = row.IsDBNull(3) ? null : row.GetString(3),
        Kind = (EntryKind)row.GetInt16(4),
        Lot = row.IsDBNull(5) ? null : row.GetGuid(5),
        Pool = row.IsDBNull(6) ? null : row.GetString(6),
        Available = row.GetInt64(7),
        Held = row.GetInt64(8),
        Debt = row.GetInt64(9),
        AvailableAfter = row.GetInt64(10),
        HeldAfter = row.GetInt64(11),
        DebtAfter = row.GetInt64(12),
        RecognisedMinor = row.GetInt64(13),
        Asked = row.IsDBNull(14) ? null : row.GetInt64(14),
        About = row.IsDBNull(15) ? null : row.GetString(15),
        Reason = row.IsDBNull(16) ? null : row.GetString(16),
        Reference = row.IsDBNull(17) ? null : row.GetString(17),
    };

    private static void AddKey(NpgsqlCommand command, AccountId account)
    {
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = account.Tenant });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = account.Asset });
    }
}
