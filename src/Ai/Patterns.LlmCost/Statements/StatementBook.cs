using NpgsqlTypes;
using Patterns.Postgres;

namespace Patterns.LlmCost;

/// <summary>Stores statements and reads what is booked beside them.</summary>
internal sealed class StatementBook(IPostgres postgres, CurrentPrices prices)
{
    private readonly string _store = postgres.Sql("""
        INSERT INTO {schema}.llm_cost_statements AS s (statement_id, provider, month, pico_usd) VALUES ($1, $2, $3, $4)
        ON CONFLICT (statement_id) DO UPDATE SET pico_usd = excluded.pico_usd WHERE s.provider = excluded.provider AND s.month = excluded.month
        """);

    private readonly string _clear = postgres.Sql("DELETE FROM {schema}.llm_cost_statement_lines WHERE statement_id = $1");

    private readonly string _lines = postgres.Sql("""
        INSERT INTO {schema}.llm_cost_statement_lines (statement_id, day, model, pico_usd, requests, buckets)
        SELECT $1, l.day, l.model, l.pico_usd, l.requests, CASE WHEN l.told THEN $7[12 * l.i::int - 11 : 12 * l.i::int] END
        FROM unnest($2, $3, $4, $5, $6) WITH ORDINALITY AS l (day, model, pico_usd, requests, told, i)
        """);

    private readonly string _booked = postgres.Sql("""
        SELECT d.day, lower(d.model), sum(d.calls)::bigint, {schema}.llm_cost_sum(d.buckets), sum(d.pico_usd), sum(d.estimated_pico_usd)
        FROM {schema}.llm_cost_daily d
        WHERE d.provider = $1 AND d.day >= $2 AND d.day < $3
        GROUP BY d.day, lower(d.model)
        """);

    public async Task<Reconciliation> ReconcileAsync(ProviderStatement statement, CancellationToken cancellationToken)
    {
        var lines = StatementChecks.Merge(statement);
        var provider = statement.Provider.ToLowerInvariant();
        var invoiced = StatementChecks.Total(statement);
        var book = await prices.RefreshAsync(cancellationToken).ConfigureAwait(false);
        var booked = await postgres.RunAsync(
            async (transaction, ct) =>
            {
                if (await transaction.ExecuteAsync(_store, [LedgerSql.Of(statement.Id), LedgerSql.Of(provider), LedgerSql.Of(statement.Month), LedgerSql.Of(invoiced)], ct).ConfigureAwait(false) == 0)
                    throw new ArgumentException($"Statement '{statement.Id}' is stored already for another provider or month. An id stands for one invoice.", nameof(statement));
                await transaction.ExecuteAsync(_clear, [LedgerSql.Of(statement.Id)], ct).ConfigureAwait(false);
                await transaction.ExecuteAsync(
                    _lines,
                    [
                        LedgerSql.Of(statement.Id),
                        LedgerSql.Of(lines.ConvertAll(static line => line.Day).ToArray(), NpgsqlDbType.Date),
                        LedgerSql.Of(lines.ConvertAll(static line => line.Model).ToArray(), NpgsqlDbType.Text),
                        LedgerSql.Of(lines.ConvertAll(static line => (System.Numerics.BigInteger)line.Amount.Value).ToArray(), NpgsqlDbType.Numeric),
                        LedgerSql.Of(lines.ConvertAll(static line => line.Requests).ToArray(), NpgsqlDbType.Bigint),
                        LedgerSql.Of(lines.ConvertAll(static line => line.Usage is not null).ToArray(), NpgsqlDbType.Boolean),
                        LedgerSql.Of(lines.SelectMany(static line => Buckets.ToArray(line.Usage ?? LlmUsage.None)).ToArray(), NpgsqlDbType.Bigint),
                    ],
                    ct).ConfigureAwait(false);
                return await transaction.ReadAsync(
                    _booked,
                    [LedgerSql.Of(provider), LedgerSql.Of(statement.Month), LedgerSql.Of(statement.Month.End)],
                    static row => new BookedDay(row.GetFieldValue<DateOnly>(0), row.GetString(1), row.GetInt64(2), Buckets.ToUsage(row.GetFieldValue<long[]>(3)), row.Pico(4), row.Pico(5)),
                    ct).ConfigureAwait(false);
            },
            options: null,
            cancellationToken).ConfigureAwait(false);
        return Reconciler.Compare(statement.Id, provider, invoiced, lines, booked, book);
    }
}
