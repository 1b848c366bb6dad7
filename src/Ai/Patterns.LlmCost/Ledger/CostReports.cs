using Npgsql;
using Patterns.Postgres;

namespace Patterns.LlmCost;

/// <summary>Reads the roll-ups, and where they do not tell, the rows.</summary>
internal sealed class CostReports(IPostgres postgres)
{
    private readonly string _daily = postgres.Sql("""
        SELECT tenant_id, day, provider, model, feature, tier, calls, buckets, pico_usd, estimated_pico_usd, unpriced_calls
        FROM {schema}.llm_cost_daily
        WHERE day >= $1 AND day <= $2 AND ($3 IS NULL OR tenant_id = $3)
        ORDER BY tenant_id, day, provider, model, feature, tier
        """);

    private readonly string _estimated = postgres.Sql("""
        SELECT tenant_id, day, sum(pico_usd), sum(estimated_pico_usd)
        FROM {schema}.llm_cost_daily
        WHERE day >= $1 AND day <= $2
        GROUP BY tenant_id, day
        ORDER BY tenant_id, day
        """);

    private readonly string _features = postgres.Sql("""
        SELECT feature, sum(calls)::bigint, sum(pico_usd), count(DISTINCT tenant_id)::int
        FROM {schema}.llm_cost_daily
        WHERE day >= $1 AND day < $2
        GROUP BY feature
        ORDER BY 3 DESC, 1
        """);

    // Ids lie within 31 days of the start, which leaves the partitions of other months unread.
    private readonly string _runs = postgres.Sql("""
        SELECT tenant_id, run_id, count(*), coalesce(sum(pico_usd), 0), min(started_at)
        FROM {schema}.llm_cost_calls
        WHERE run_id IS NOT NULL AND started_at >= $1 AND started_at < $2 AND call_id >= $3 AND call_id < $4 AND ($5 IS NULL OR tenant_id = $5)
        GROUP BY tenant_id, run_id
        ORDER BY 4 DESC, 1, 2
        LIMIT $6
        """);

    private readonly string _spread = postgres.Sql("""
        WITH tenant AS (
            SELECT tenant_id, sum(pico_usd) AS pico_usd FROM {schema}.llm_cost_daily WHERE day >= $1 AND day < $2 AND tenant_id <> 'unattributed' GROUP BY tenant_id HAVING sum(pico_usd) > 0
        )
        SELECT count(*)::int, coalesce(percentile_disc(0.5) WITHIN GROUP (ORDER BY pico_usd), 0), coalesce(percentile_disc(0.95) WITHIN GROUP (ORDER BY pico_usd), 0), coalesce(max(pico_usd), 0),
            (SELECT tenant_id FROM tenant ORDER BY pico_usd DESC, tenant_id LIMIT 1)
        FROM tenant
        """);

    private readonly string _unpriced = postgres.Sql("""
        SELECT provider, model, tier, sum(unpriced_calls)::bigint, min(day), max(day)
        FROM {schema}.llm_cost_daily
        WHERE day >= $1 AND unpriced_calls <> 0
        GROUP BY provider, model, tier
        HAVING sum(unpriced_calls) > 0
        ORDER BY 4 DESC, 1, 2, 3
        """);

    public IAsyncEnumerable<DailyCost> DailyAsync(DateOnly from, DateOnly to, string? tenantId, CancellationToken ct)
    {
        if (tenantId is not null)
            LedgerText.Tenant(tenantId, nameof(tenantId));
        return postgres.ReadAsync(_daily, [LedgerSql.Of(from), LedgerSql.Of(to), LedgerSql.Of(tenantId)], Daily, ct);
    }

    public IAsyncEnumerable<EstimatedShare> EstimatedAsync(DateOnly from, DateOnly to, CancellationToken ct) => postgres.ReadAsync(
        _estimated,
        [LedgerSql.Of(from), LedgerSql.Of(to)],
        static row => new EstimatedShare(row.GetString(0), row.GetFieldValue<DateOnly>(1), row.Pico(2), row.Pico(3)),
        ct);

    public IAsyncEnumerable<FeatureCost> FeaturesAsync(Month month, CancellationToken ct) => postgres.ReadAsync(
        _features,
        [LedgerSql.Of(month), LedgerSql.Of(month.End)],
        static row => new FeatureCost(row.GetString(0), row.GetInt64(1), row.Pico(2), row.GetInt32(3)),
        ct);

    public IAsyncEnumerable<RunCost> RunsAsync(Month month, string? tenantId, int limit, CancellationToken ct)
    {
        if (tenantId is not null)
            LedgerText.Tenant(tenantId, nameof(tenantId));
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, 10_000);
        return postgres.ReadAsync(
            _runs,
            [
                LedgerSql.StartOf(month.FirstDay),
                LedgerSql.StartOf(month.End),
                LedgerSql.Of(CallTime.FirstIdOf(month.FirstDay)),
                LedgerSql.Of(CallTime.EndIdOf(month.End)),
                LedgerSql.Of(tenantId),
                LedgerSql.Of(limit),
            ],
            static row => new RunCost(row.GetString(0), row.GetGuid(1), row.GetInt64(2), row.Pico(3), row.GetFieldValue<DateTimeOffset>(4)),
            ct);
    }

    public async Task<CostSpread> SpreadAsync(Month month, CancellationToken ct) => await postgres.ReadAsync(
        _spread,
        [LedgerSql.Of(month), LedgerSql.Of(month.End)],
        static row => new CostSpread(row.GetInt32(0), row.Pico(1), row.Pico(2), row.Pico(3), row.IsDBNull(4) ? null : row.GetString(4)),
        ct).SingleAsync(ct).ConfigureAwait(false);

    public IAsyncEnumerable<UnpricedModel> UnpricedAsync(DateOnly from, CancellationToken ct) => postgres.ReadAsync(
        _unpriced,
        [LedgerSql.Of(from)],
        static row => new UnpricedModel(row.GetString(0), row.GetString(1), row.GetString(2), row.GetInt64(3), row.GetFieldValue<DateOnly>(4), row.GetFieldValue<DateOnly>(5)),
        ct);

    private static DailyCost Daily(NpgsqlDataReader row) => new(
        row.GetString(0),
        row.GetFieldValue<DateOnly>(1),
        row.GetString(2),
        row.GetString(3),
        row.GetString(4),
        row.GetString(5),
        row.GetInt64(6),
        Buckets.ToUsage(row.GetFieldValue<long[]>(7)),
        row.Pico(8),
        row.Pico(9),
        row.GetInt64(10));
}
