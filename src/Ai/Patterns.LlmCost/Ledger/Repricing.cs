using System.Numerics;
using Npgsql;
using NpgsqlTypes;
using Patterns.Postgres;

namespace Patterns.LlmCost;

/// <summary>
/// Prices booked rows anew: reads them in the order of their keys, and writes what changed, a batch in a transaction. A batch that is written stays; one that is not is found again, so nothing has to be remembered for going on.
/// </summary>
internal sealed class Repricing(IPostgres postgres, CurrentPrices prices)
{
    private const int Batch = 2_000;

    private readonly string _read = postgres.Sql("""
        SELECT tenant_id, call_id, attempt, revision, provider, model, tier, region, started_at, buckets, pico_usd
        FROM {schema}.llm_cost_calls
        WHERE (tenant_id, call_id, attempt) > ($1, $2, $3) AND call_id >= $4 AND started_at >= $5 AND state <> 'failed'
        ORDER BY tenant_id, call_id, attempt
        LIMIT $6
        """);

    private readonly string _write = postgres.Sql("SELECT {schema}.llm_cost_reprice($1, $2, $3, $4, $5, $6, $7)");

    public async Task<long> RunAsync(DateOnly from, CancellationToken cancellationToken)
    {
        var book = await prices.RefreshAsync(cancellationToken).ConfigureAwait(false);
        var (tenant, call, attempt, changed) = ("", Guid.Empty, (short)0, 0L);
        while (true)
        {
            NpgsqlParameter[] parameters =
            [
                LedgerSql.Of(tenant),
                LedgerSql.Of(call),
                new NpgsqlParameter<short> { TypedValue = attempt, NpgsqlDbType = NpgsqlDbType.Smallint },
                LedgerSql.Of(CallTime.FirstIdOf(from)),
                LedgerSql.StartOf(from),
                LedgerSql.Of(Batch),
            ];
            var rows = await postgres.ReadAsync(_read, parameters, row => Row(row, book), cancellationToken).ToListAsync(cancellationToken).ConfigureAwait(false);
            var other = rows.FindAll(static row => row.New is { } cost && cost != row.Old);
            if (other.Count > 0)
                changed += await WriteAsync(other, cancellationToken).ConfigureAwait(false);
            if (rows.Count < Batch)
                return changed;
            (tenant, call, attempt) = (rows[^1].Tenant, rows[^1].Call, rows[^1].Attempt);
        }
    }

    private ValueTask<int> WriteAsync(List<Repriced> rows, CancellationToken cancellationToken) => postgres.RunAsync(
        async (transaction, ct) => (await transaction.ReadAsync(
            _write,
            [
                LedgerSql.Of(rows.Select(static row => row.Month.FirstDay).Distinct().Order().ToArray(), NpgsqlDbType.Date),
                LedgerSql.Of(rows.ConvertAll(static row => row.Tenant).ToArray(), NpgsqlDbType.Text),
                LedgerSql.Of(rows.ConvertAll(static row => row.Call).ToArray(), NpgsqlDbType.Uuid),
                LedgerSql.Of(rows.ConvertAll(static row => row.Attempt).ToArray(), NpgsqlDbType.Smallint),
                LedgerSql.Of(rows.ConvertAll(static row => row.Revision).ToArray(), NpgsqlDbType.Integer),
                LedgerSql.Of(rows.ConvertAll(static row => (BigInteger?)row.Old?.Value).ToArray(), NpgsqlDbType.Numeric),
                LedgerSql.Of(rows.ConvertAll(static row => (BigInteger)row.New!.Value.Value).ToArray(), NpgsqlDbType.Numeric),
            ],
            static row => row.GetInt32(0),
            ct).ConfigureAwait(false))[0],
        options: null,
        cancellationToken);

    private static Repriced Row(NpgsqlDataReader row, PriceBook book)
    {
        var started = row.GetFieldValue<DateTimeOffset>(8);
        return new(
            row.GetString(0),
            row.GetGuid(1),
            row.GetInt16(2),
            row.GetInt32(3),
            Month.Of(started),
            row.PicoOrNull(10),
            book.Price(row.GetString(4), row.GetString(5), row.GetString(6), row.GetString(7), started, Buckets.ToUsage(row.GetFieldValue<long[]>(9))));
    }

    private sealed record Repriced(string Tenant, Guid Call, short Attempt, int Revision, Month Month, PicoUsd? Old, PicoUsd? New);
}
