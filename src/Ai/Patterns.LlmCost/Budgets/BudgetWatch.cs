using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using NpgsqlTypes;
using Patterns.Postgres;

namespace Patterns.LlmCost;

/// <summary>Keeps what <see cref="BudgetBook"/> answers from fresh, raises the steps that budgets have reached, and removes reservations that expired. Any number of processes may do so at once.</summary>
internal sealed class BudgetWatch(IPostgres postgres, BudgetBook book, IOptions<LlmCostOptions> options, TimeProvider time, ILoggerFactory? loggers = null) : BackgroundService
{
    private readonly ILogger _logger = Log.For(loggers);

    private readonly string _reached = postgres.Sql("""
        WITH m AS (
            SELECT first, (first + interval '1 month')::date AS after FROM date(date_trunc('month', {schema}.now() AT TIME ZONE 'UTC')) AS first
        ),
        budgets AS (
            SELECT DISTINCT ON (b.tenant_id) b.tenant_id, b.pico_usd, m.first, m.after FROM {schema}.llm_cost_budgets b, m WHERE b.month IN (m.first, '-infinity') ORDER BY b.tenant_id, b.month DESC
        ),
        spent AS (
            SELECT b.tenant_id, b.first, b.pico_usd AS budget,
                (SELECT sum(d.pico_usd) FROM {schema}.llm_cost_daily d WHERE d.tenant_id = b.tenant_id AND d.day >= b.first AND d.day < b.after) AS pico_usd
            FROM budgets b
        )
        SELECT s.tenant_id, s.first, p.percent, s.budget, s.pico_usd
        FROM spent s CROSS JOIN (VALUES (50), (80), (100)) AS p (percent)
        WHERE s.pico_usd > 0 AND s.pico_usd * 100 >= s.budget * p.percent
            AND NOT EXISTS (SELECT FROM {schema}.llm_cost_budget_steps r WHERE r.tenant_id = s.tenant_id AND r.month = s.first AND r.percent = p.percent)
        ORDER BY s.tenant_id, p.percent
        """);

    private readonly string _raise = postgres.Sql("""
        INSERT INTO {schema}.llm_cost_budget_steps (tenant_id, month, percent, raised_at) VALUES ($1, $2, $3, {schema}.now()) ON CONFLICT DO NOTHING
        """);

    // What somebody else has locked is being booked or reserved again, and is left to them.
    private readonly string _expire = postgres.Sql("""
        DELETE FROM {schema}.llm_cost_reservations r
        USING (SELECT tenant_id, call_id FROM {schema}.llm_cost_reservations WHERE expires_at <= {schema}.now() LIMIT 1000 FOR UPDATE SKIP LOCKED) e
        WHERE r.tenant_id = e.tenant_id AND r.call_id = e.call_id
        """);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var failing = false;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await book.RefreshAsync(stoppingToken).ConfigureAwait(false);
                await RaiseAsync(stoppingToken).ConfigureAwait(false);
                await postgres.RunAsync(async (transaction, ct) => await transaction.ExecuteAsync(_expire, [], ct).ConfigureAwait(false), options: null, stoppingToken).ConfigureAwait(false);
                failing = false;
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                // One line for an outage, not one every few seconds.
                if (!failing)
                    Log.BudgetsNotWatched(_logger, e);
                failing = true;
            }

            await Task.Delay(BudgetBook.RefreshInterval, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task RaiseAsync(CancellationToken ct)
    {
        var steps = await postgres.ReadAsync(_reached, [], Step, ct).ToListAsync(ct).ConfigureAwait(false);
        foreach (var step in steps)
        {
            try
            {
                await RaiseAsync(step, ct).ConfigureAwait(false);
            }
            catch (Exception e) when (e is not OperationCanceledException || !ct.IsCancellationRequested)
            {
                // The application's own code failed: its step is raised again at the next turn, and those of other tenants are not kept from theirs.
                Log.BudgetStepFailed(_logger, step.Percent, e);
            }
        }
    }

    private ValueTask RaiseAsync(BudgetStep step, CancellationToken ct) => postgres.RunAsync(
        async (transaction, token) =>
        {
            NpgsqlParameter[] key = [LedgerSql.Of(step.TenantId), LedgerSql.Of(step.Month), new NpgsqlParameter<short> { TypedValue = (short)step.Percent, NpgsqlDbType = NpgsqlDbType.Smallint }];
            // A second process waits here for the first, and then inserts nothing.
            if (await transaction.ExecuteAsync(_raise, key, token).ConfigureAwait(false) == 1 && options.Value.OnBudgetStep is { } raised)
                await raised(step, transaction, token).ConfigureAwait(false);
        },
        options: null,
        ct);

    private static BudgetStep Step(NpgsqlDataReader row)
    {
        var first = row.GetFieldValue<DateOnly>(1);
        return new(row.GetString(0), new Month(first.Year, first.Month), row.GetInt32(2), row.Pico(3), row.Pico(4));
    }
}
