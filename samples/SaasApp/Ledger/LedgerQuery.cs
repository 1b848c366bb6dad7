using System.Globalization;
using Patterns.CreditLedger;
using Patterns.Postgres;

namespace SaasApp;

/// <summary>Reads what the page of the ledger shows beside what <see cref="ICreditLedger"/> tells: the tables are documented, and may be read by anybody who may connect.</summary>
internal sealed class LedgerQuery(IPostgres postgres, ICreditLedger credits)
{
    private const int Newest = 200;
    private readonly string _lots = postgres.Sql(
        "SELECT grant_key, pool, granted, remaining, held, consumed, granted_at FROM {schema}.credit_ledger_lots WHERE tenant_id = $1 AND asset = $2 ORDER BY priority, expires_at, effective_at, lot_id LIMIT 50");

    private readonly string _holds = postgres.Sql(
        "SELECT hold_key, amount, expires_at FROM {schema}.credit_ledger_holds WHERE tenant_id = $1 AND asset = $2 AND status = 1 ORDER BY expires_at LIMIT 50");

    /// <summary>The lots in the order in which they are drained.</summary>
    public Task<List<Lot>> LotsAsync(AccountId account, CancellationToken ct) => ReadAsync(_lots, account, static row =>
        new Lot(row.GetString(0), row.GetString(1), row.GetInt64(2), row.GetInt64(3), row.GetInt64(4), row.GetInt64(5), row.GetFieldValue<DateTimeOffset>(6)), ct);

    public Task<List<OpenHold>> HoldsAsync(AccountId account, CancellationToken ct) => ReadAsync(_holds, account, static row =>
        new OpenHold(row.GetString(0), row.GetInt64(1), row.GetFieldValue<DateTimeOffset>(2)), ct);

    /// <summary>The newest entries, newest first.</summary>
    public async Task<List<LedgerEntry>> HistoryAsync(AccountId account, CancellationToken ct) => await credits.HistoryAsync(account, ct: ct).Take(Newest).ToListAsync(ct);

    /// <summary>What could be spent after each entry, oldest first, for a plot.</summary>
    public static PlotSeries Balance(IReadOnlyList<LedgerEntry> newestFirst, DateTimeOffset now)
    {
        if (newestFirst.Count == 0)
            return new("available", "ours", []);

        var first = newestFirst[^1].At;
        var points = new List<(double, double)>();
        foreach (var entry in newestFirst.Reverse())
        {
            var x = (entry.At - first).TotalMinutes;
            // A balance stays until it changes: a step, not a slope.
            if (points.Count > 0) points.Add((x, points[^1].Item2));
            points.Add((x, entry.AvailableAfter));
        }

        points.Add(((now - first).TotalMinutes, points[^1].Item2));
        return new("available", "ours", points);
    }

    public static string Signed(long change) => change == 0 ? "" : change.ToString("+#,0;−#,0", CultureInfo.InvariantCulture);

    private async Task<List<T>> ReadAsync<T>(string sql, AccountId account, Func<Npgsql.NpgsqlDataReader, T> read, CancellationToken ct)
    {
        await using var select = postgres.DataSource.CreateCommand(sql);
        select.Parameters.Add(new() { Value = account.Tenant });
        select.Parameters.Add(new() { Value = account.Asset });
        await using var row = await select.ExecuteReaderAsync(ct);
        var rows = new List<T>();
        while (await row.ReadAsync(ct)) rows.Add(read(row));
        return rows;
    }
}
