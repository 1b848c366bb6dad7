using System.Globalization;
using Patterns.LlmCost;

namespace Ai.Tests.LlmCost;

/// <summary>What the tests of booking read back.</summary>
internal static class BookedCalls
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>The days of a tenant, each as <c>day model feature: calls, input, pico-USD, estimated, unpriced</c>, those without a figure left out.</summary>
    public static async Task<List<string>> DaysAsync(this LedgerHost host, string tenant)
    {
        var days = new List<string>();
        await using var command = host.Postgres.DataSource.CreateCommand(host.Postgres.Sql(
            """
            SELECT day, model, feature, calls, buckets[1], pico_usd, estimated_pico_usd, unpriced_calls FROM {schema}.llm_cost_daily
            WHERE tenant_id = $1 AND (calls <> 0 OR buckets[1] <> 0 OR pico_usd <> 0) ORDER BY day, model, feature
            """));
        command.Parameters.Add(new() { Value = tenant });
        await using var row = await command.ExecuteReaderAsync(Ct);
        while (await row.ReadAsync(Ct))
        {
            days.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"{row.GetFieldValue<DateOnly>(0):yyyy-MM-dd} {row.GetString(1)} {row.GetString(2)}: {row.GetInt64(3)}, {row.GetInt64(4)}, {row.GetDecimal(5)}, {row.GetDecimal(6)}, {row.GetInt64(7)}"));
        }

        return days;
    }

    public static Task<long> RowsAsync(this LedgerHost host) => host.ScalarAsync<long>("SELECT count(*) FROM {schema}.llm_cost_calls");

    public static async Task<HashSet<Guid>> IdsAsync(this LedgerHost host)
    {
        var ids = new HashSet<Guid>();
        await using var command = host.Postgres.DataSource.CreateCommand(host.Postgres.Sql("SELECT call_id FROM {schema}.llm_cost_calls"));
        await using var row = await command.ExecuteReaderAsync(Ct);
        while (await row.ReadAsync(Ct))
            ids.Add(row.GetGuid(0));
        return ids;
    }

    public static LlmCall Now(string tenant, long input = 10, string model = "small") => LedgerHost.Call(tenant, TimeProvider.System.GetUtcNow(), input, model);
}
