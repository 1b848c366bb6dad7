using Patterns.Postgres;

namespace Patterns.LlmCost;

/// <summary>Closes months: waits for those who are booking into one, and keeps later ones out of it.</summary>
internal sealed class MonthClose(IPostgres postgres)
{
    private readonly string _lock = postgres.Sql("SELECT pg_advisory_xact_lock({schema}.llm_cost_month_lock($1)) IS NULL");
    private readonly string _over = postgres.Sql("SELECT ({schema}.now() AT TIME ZONE 'UTC')::date >= $1");
    private readonly string _close = postgres.Sql("INSERT INTO {schema}.llm_cost_periods (month, closed_at) VALUES ($1, {schema}.now()) ON CONFLICT DO NOTHING");

    public async Task CloseAsync(Month month, CancellationToken cancellationToken) => await postgres.RunAsync(
        async (transaction, ct) =>
        {
            if (!(await transaction.ReadAsync(_over, [LedgerSql.Of(month.End)], static row => row.GetBoolean(0), ct).ConfigureAwait(false))[0])
                throw new ArgumentException($"{month} is not over by the database's clock (UTC), and only a month that is can be closed.", nameof(month));
            await transaction.ReadAsync(_lock, [LedgerSql.Of(month)], static row => row.GetBoolean(0), ct).ConfigureAwait(false);
            await transaction.ExecuteAsync(_close, [LedgerSql.Of(month)], ct).ConfigureAwait(false);
        },
        options: null,
        cancellationToken).ConfigureAwait(false);
}
