using System.Globalization;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Patterns.LlmCost;
using Patterns.Postgres;

namespace Ai.Tests.LlmCost;

/// <summary>A cost ledger in a schema of its own, on a database whose clock the test moves. Its models <c>small</c> and <c>large</c> of provider <c>openai</c> cost 1 and 10 USD for a million input tokens, and four times that for output.</summary>
internal sealed class LedgerHost : IAsyncDisposable
{
    private readonly ServiceProvider _services;
    private readonly List<IHostedService> _started = [];

    private LedgerHost(string connectionString, string schema, TimeProvider? time, Action<LlmCostOptions>? configure)
    {
        var services = new ServiceCollection();
        if (time is not null)
            services.AddSingleton(time);
        services.AddLogging();
        services.AddPostgres(o => (o.ConnectionString, o.Schema) = (connectionString, schema));
        services.AddLlmCost(o => o.ErasureKey = [.. Enumerable.Range(1, 32).Select(static i => (byte)i)]);
        services.AddLlmCost(configure);
        _services = services.BuildServiceProvider();
    }

    public ILlmCost Costs => _services.GetRequiredService<ILlmCost>();

    public ILlmCostLedger Ledger => _services.GetRequiredService<ILlmCostLedger>();

    public IPostgres Postgres => _services.GetRequiredService<IPostgres>();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static async Task<LedgerHost> NewAsync(string connectionString, TimeProvider? time = null, Action<LlmCostOptions>? configure = null, bool priced = true)
    {
        var host = new LedgerHost(connectionString, "c_" + Guid.CreateVersion7().ToString("N"), time, configure);
        await host._services.GetRequiredService<ISchema>().ApplyAsync(Ct);

        // Not a setting of the connection, which a pooler would not pass on.
        await host.ExecuteAsync(
            """
            CREATE TABLE {schema}.moved_clock (by interval NOT NULL);
            INSERT INTO {schema}.moved_clock VALUES ('0');
            CREATE OR REPLACE FUNCTION {schema}.now() RETURNS timestamptz LANGUAGE sql STABLE PARALLEL SAFE
                AS $$ SELECT pg_catalog.statement_timestamp() + (SELECT c.by FROM {schema}.moved_clock c) $$
            """);
        if (priced)
            await host.ImportAsync(("small", 1m), ("large", 10m));
        return host;
    }

    /// <summary>Another process on the same tables.</summary>
    public LedgerHost Other(TimeProvider? time = null, Action<LlmCostOptions>? configure = null, string? connectionString = null) => new(connectionString ?? Postgres.DataSource.ConnectionString, Postgres.Schema.Trim('"'), time, configure);

    /// <summary>Starts what runs in the background.</summary>
    public async Task StartAsync()
    {
        foreach (var service in _services.GetServices<IHostedService>())
        {
            await service.StartAsync(Ct);
            _started.Add(service);
        }
    }

    /// <summary>Imports prices that hold since 2020: what a million input tokens of a model cost. Output costs four times that.</summary>
    public async Task ImportAsync(params (string Model, decimal Usd)[] models)
    {
        var prices = models.Select(static model => string.Create(
            CultureInfo.InvariantCulture,
            $$$"""{"provider":"openai","models":["{{{model.Model}}}"],"from":"2020-01-01","usd_per_million":{"input":{{{model.Usd}}},"output":{{{4 * model.Usd}}}}}"""));
        using var file = new MemoryStream(Encoding.UTF8.GetBytes($$"""{"format":"patterns-llm-prices-1","published":"2020-01-01","prices":[{{string.Join(',', prices)}}] }"""));
        await Ledger.ImportPricesAsync(file, cancellationToken: Ct);
    }

    public async Task<DateTimeOffset> NowAsync() => new(await ScalarAsync<DateTime>("SELECT {schema}.now()"));

    /// <summary>Noon of a day of the month that lies so many before this one.</summary>
    public async Task<DateTimeOffset> DayAsync(int monthsAgo, int day = 10)
    {
        var now = await NowAsync();
        return new DateTimeOffset(now.Year, now.Month, 1, 12, 0, 0, TimeSpan.Zero).AddMonths(-monthsAgo).AddDays(day - 1);
    }

    /// <summary>A call at a moment: a million input tokens for each USD of a price of 1.</summary>
    public static LlmCall Call(string tenant, DateTimeOffset at, long input = 1_000_000, string model = "small") => new(tenant, Guid.CreateVersion7(at), "openai", model, new LlmUsage { Input = input });

    public async Task BookAsync(params LlmCall[] calls) => await Task.WhenAll(calls.Select(call => Costs.RecordAsync(call, Ct).AsTask()));

    public async Task<PicoUsd> CostAsync(Month month, string? tenant = null) =>
        (await Ledger.DailyCostsAsync(month.FirstDay, month.End.AddDays(-1), tenant, Ct).ToListAsync(Ct)).Aggregate(PicoUsd.Zero, static (sum, day) => sum + day.Cost);

    public async Task<List<TenantMargin>> MarginsAsync(Month month) => await Costs.MarginsAsync(month, Ct).ToListAsync(Ct);

    /// <summary>Every key of the roll-up that is not what its rows and adjustments say.</summary>
    public async Task<List<string>> BreaksAsync()
    {
        await using var command = Postgres.DataSource.CreateCommand(Postgres.Sql($$"""
            SELECT tenant_id || ' ' || day || ' ' || model || ' ' || feature || ': ' || array_to_string(array_agg(side || ' ' || figures ORDER BY side), ', ')
            FROM (
                SELECT side, tenant_id, day, provider, model, feature, tier,
                    ROW(sum(calls)::bigint, sum(input)::bigint, sum(output)::bigint, sum(pico_usd), sum(estimated), sum(unpriced)::bigint)::text AS figures
                FROM (
                    SELECT 'rolled up' AS side, tenant_id, day, provider, model, feature, tier, calls, buckets[1] AS input, buckets[7] AS output, pico_usd, estimated_pico_usd AS estimated, unpriced_calls AS unpriced FROM {schema}.llm_cost_daily
                    UNION ALL
                    SELECT 'rows', tenant_id, (started_at AT TIME ZONE 'UTC')::date, provider, model, feature, tier, 1, buckets[1], buckets[7], coalesce(pico_usd, 0),
                        CASE WHEN state = 'estimated' THEN coalesce(pico_usd, 0) ELSE 0 END, (pico_usd IS NULL)::int
                    FROM {schema}.llm_cost_calls
                    UNION ALL
                    SELECT 'rows', tenant_id, CASE sign WHEN 1 THEN day ELSE adjusts END, provider, model, feature, tier, sign * calls, sign * buckets[1], sign * buckets[7], sign * pico_usd, sign * estimated_pico_usd, sign * unpriced_calls
                    FROM {schema}.llm_cost_adjustments CROSS JOIN (VALUES (1), (-1)) AS side (sign)
                ) every
                GROUP BY side, tenant_id, day, provider, model, feature, tier
                HAVING sum(calls) <> 0 OR sum(input) <> 0 OR sum(pico_usd) <> 0 OR sum(unpriced) <> 0
            ) sums
            GROUP BY tenant_id, day, provider, model, feature, tier
            HAVING count(*) <> 2 OR min(figures) <> max(figures)
            """));
        await using var row = await command.ExecuteReaderAsync(Ct);
        var breaks = new List<string>();
        while (await row.ReadAsync(Ct))
            breaks.Add(row.GetString(0));
        return breaks;
    }

    public Task AdvanceAsync(TimeSpan by) =>
        ExecuteAsync($"UPDATE {{schema}}.moved_clock SET by = by + interval '{by.TotalMilliseconds.ToString(CultureInfo.InvariantCulture)} milliseconds'");

    public async Task<T> ScalarAsync<T>(string sql)
    {
        await using var command = Postgres.DataSource.CreateCommand(Postgres.Sql(sql));
        return (T)(await command.ExecuteScalarAsync(Ct))!;
    }

    public async Task ExecuteAsync(string sql)
    {
        await using var command = Postgres.DataSource.CreateCommand(Postgres.Sql(sql));
        await command.ExecuteNonQueryAsync(Ct);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var service in Enumerable.Reverse(_started))
            await service.StopAsync(CancellationToken.None);
        await _services.DisposeAsync();
    }
}
