namespace Tenancy.Tests.AuditLog;

/// <summary>Looks at seals and runs with SQL of its own.</summary>
internal static class ChainReader
{
    /// <summary>Every entry is in one seal or pending, numbers are dense, and each link names the one before it.</summary>
    public static async Task ChainIsWholeAsync(this TestLog log)
    {
        (await log.ScalarAsync<string>(
            """
            SELECT concat_ws('; ',
                (SELECT 'entries in no seal or in two: ' || count(*) FROM (
                    SELECT e.id, count(s.id) FROM {schema}.audit_log_entries e
                    LEFT JOIN (
                        SELECT s.tenant_id, u.id, u.at, s.retention_class FROM {schema}.audit_log_seal_entries s CROSS JOIN LATERAL unnest(s.entry_ids, s.occurred_at) AS u (id, at)
                        UNION ALL SELECT p.tenant_id, p.id, p.occurred_at, p.retention_class FROM {schema}.audit_log_pending p
                    ) AS s ON (s.tenant_id, s.id, s.at, s.retention_class) = (e.tenant_id, e.id, e.occurred_at, e.retention_class)
                    GROUP BY e.tenant_id, e.id, e.occurred_at, e.retention_class HAVING count(s.id) <> 1) AS wrong HAVING count(*) > 0),
                (SELECT 'sealed, but not there: ' || count(*)
                    FROM {schema}.audit_log_seal_entries s CROSS JOIN LATERAL unnest(s.entry_ids, s.occurred_at) AS u (id, at)
                    WHERE NOT EXISTS (SELECT FROM {schema}.audit_log_entries e WHERE (s.tenant_id, u.id, u.at, s.retention_class) = (e.tenant_id, e.id, e.occurred_at, e.retention_class)) HAVING count(*) > 0),
                (SELECT 'seals that do not follow: ' || count(*) FROM (
                    SELECT s.*, lag(s.seal_no, 1, 0::bigint) OVER w + 1 AS no, lag(s.first_seq + s.count, 1, 1::bigint) OVER w AS seq, lag(s.hash, 1, decode(repeat('00', 32), 'hex')) OVER w AS before
                    FROM {schema}.audit_log_seals s WINDOW w AS (PARTITION BY s.tenant_id ORDER BY s.seal_no)) AS s
                    WHERE (s.seal_no, s.first_seq, s.previous) <> (s.no, s.seq, s.before) HAVING count(*) > 0),
                (SELECT 'seals with another count: ' || count(*) FROM {schema}.audit_log_seals s JOIN {schema}.audit_log_seal_entries e USING (tenant_id, seal_no)
                    WHERE s.count <> cardinality(e.entry_ids) OR s.count * 32 <> length(e.leaves) HAVING count(*) > 0),
                (SELECT 'runs that do not follow: ' || count(*) FROM (
                    SELECT r.*, lag(r.run_no, 1, 0::bigint) OVER w + 1 AS no, lag(r.hash, 1, decode(repeat('00', 32), 'hex')) OVER w AS before FROM {schema}.audit_log_runs r WINDOW w AS (ORDER BY r.run_no)) AS r
                    WHERE (r.run_no, r.previous) <> (r.no, r.before) HAVING count(*) > 0),
                (SELECT 'runs with another number of seals: ' || count(*) FROM {schema}.audit_log_runs r
                    WHERE r.seals <> (SELECT count(*) FROM {schema}.audit_log_seals s WHERE s.run_no = r.run_no) HAVING count(*) > 0))
            """)).Should().BeEmpty();
    }
}
