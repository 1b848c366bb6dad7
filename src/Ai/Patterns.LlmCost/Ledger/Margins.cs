using Microsoft.Extensions.Options;
using Patterns.Postgres;
using Patterns.Shared;

namespace Patterns.LlmCost;

/// <summary>What tenants brought and cost.</summary>
internal sealed class Margins(IPostgres postgres, IOptions<LlmCostOptions> options)
{
    private readonly string _margins = postgres.Sql("""
        WITH cost AS (
            SELECT c.tenant_id, sum(c.pico_usd) AS pico_usd
            FROM (
                SELECT d.tenant_id, d.pico_usd FROM {schema}.llm_cost_daily d WHERE d.day >= $1 AND d.day < $2
                UNION ALL
                SELECT a.tenant_id, a.pico_usd FROM {schema}.llm_cost_allocations a JOIN {schema}.llm_cost_statements s USING (statement_id) WHERE s.month = $1
            ) c
            GROUP BY c.tenant_id
        ),
        revenue AS (
            SELECT r.tenant_id, sum(r.amount_minor * r.usd_per_minor) AS usd FROM {schema}.llm_cost_revenue r WHERE r.month = $1 GROUP BY r.tenant_id
        )
        SELECT tenant_id, round(coalesce(revenue.usd, 0), 12), coalesce(cost.pico_usd, 0), rank() OVER (ORDER BY coalesce(cost.pico_usd, 0) DESC)::int
        FROM cost FULL JOIN revenue USING (tenant_id)
        ORDER BY 4, tenant_id
        """);

    private readonly string _set = postgres.Sql("""
        INSERT INTO {schema}.llm_cost_revenue (tenant_id, month, reference, amount_minor, currency, usd_per_minor) VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (tenant_id, month, reference) DO UPDATE SET amount_minor = excluded.amount_minor, currency = excluded.currency, usd_per_minor = excluded.usd_per_minor
        """);

    public IAsyncEnumerable<TenantMargin> ReadAsync(Month month, CancellationToken cancellationToken)
    {
        var threshold = options.Value.MarginThreshold;
        return postgres.ReadAsync(
            _margins,
            [LedgerSql.Of(month), LedgerSql.Of(month.End)],
            row => Margin(row.GetString(0), row.GetDecimal(1), row.Pico(2), row.GetInt32(3), threshold),
            cancellationToken);
    }

    public async Task SetRevenueAsync(TenantRevenue revenue, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(revenue);
        LedgerText.Tenant(revenue.TenantId, nameof(revenue.TenantId));
        if (revenue.Reference.Length > 0)
            PlainText.Check(revenue.Reference, nameof(revenue.Reference), 200);
        if (revenue.Currency is not { Length: 3 } || !revenue.Currency.All(char.IsAsciiLetter))
            throw new ArgumentException($"'{revenue.Currency}' is not a currency of ISO 4217, three letters such as usd.", nameof(revenue));
        if (revenue.UsdPerMinor <= 0)
            throw new ArgumentOutOfRangeException(nameof(revenue), revenue.UsdPerMinor, "UsdPerMinor is above zero: 0.01 for cents of a US dollar.");
        await postgres.RunAsync(
            async (transaction, ct) => await transaction.ExecuteAsync(
                _set,
                [
                    LedgerSql.Of(revenue.TenantId),
                    LedgerSql.Of(revenue.Month),
                    LedgerSql.Of(revenue.Reference),
                    LedgerSql.Of(revenue.AmountMinor),
                    LedgerSql.Of(revenue.Currency.ToLowerInvariant()),
                    LedgerSql.Of(revenue.UsdPerMinor),
                ],
                ct).ConfigureAwait(false),
            options: null,
            cancellationToken).ConfigureAwait(false);
    }

    private static TenantMargin Margin(string tenantId, decimal revenue, PicoUsd cost, int rank, decimal threshold)
    {
        decimal? margin = revenue > 0 ? (revenue - cost.ToUsd()) / revenue : null;
        return new(tenantId, revenue, cost, margin, rank, margin is { } known ? known < threshold : cost > PicoUsd.Zero);
    }
}
