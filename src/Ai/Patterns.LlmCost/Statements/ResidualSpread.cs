using System.Numerics;
using Npgsql;
using NpgsqlTypes;
using Patterns.Postgres;
using Patterns.Shared;

namespace Patterns.LlmCost;

/// <summary>Spreads an invoice over the tenants by what is booked for them, as rows beside the roll-up: with them, each tenant has whole cents, and all tenants have the invoice.</summary>
internal sealed class ResidualSpread(IPostgres postgres)
{
    private const long PicoUsdPerCent = 10_000_000_000;

    private readonly string _statement = postgres.Sql("SELECT provider, month, pico_usd FROM {schema}.llm_cost_statements WHERE statement_id = $1 FOR UPDATE");

    private readonly string _booked = postgres.Sql("""
        SELECT d.tenant_id, sum(d.pico_usd)
        FROM {schema}.llm_cost_daily d
        WHERE d.provider = $1 AND d.day >= $2 AND d.day < $3
        GROUP BY d.tenant_id
        ORDER BY d.tenant_id
        """);

    private readonly string _clear = postgres.Sql("DELETE FROM {schema}.llm_cost_allocations WHERE statement_id = $1");
    private readonly string _store = postgres.Sql("INSERT INTO {schema}.llm_cost_allocations (tenant_id, statement_id, pico_usd) SELECT a.tenant_id, $1, a.pico_usd FROM unnest($2, $3) AS a (tenant_id, pico_usd) WHERE a.pico_usd <> 0");
    private readonly string _allocated = postgres.Sql("UPDATE {schema}.llm_cost_statements SET allocated_at = coalesce(allocated_at, {schema}.now()) WHERE statement_id = $1");

    public async Task<ResidualAllocation> AllocateAsync(string statementId, CancellationToken cancellationToken)
    {
        PlainText.Check(statementId, nameof(statementId), 200);
        try
        {
            return await postgres.RunAsync((transaction, ct) => AllocateAsync(statementId, transaction, ct), options: null, cancellationToken).ConfigureAwait(false);
        }
        catch (PostgresException e) when (PostgresErrors.ConstraintOf(e) == "llm_cost_statements_allocated")
        {
            throw new InvalidOperationException($"Another statement of that provider and month is allocated, and '{statementId}' would count the same calls again. Reconcile both as one statement, under the id of the other.", e);
        }
    }

    private async ValueTask<ResidualAllocation> AllocateAsync(string statementId, NpgsqlTransaction transaction, CancellationToken ct)
    {
        var id = LedgerSql.Of(statementId);
        var found = await transaction.ReadAsync(_statement, [id], static row => (Provider: row.GetString(0), Month: row.GetFieldValue<DateOnly>(1), Invoiced: row.Pico(2)), ct).ConfigureAwait(false);
        if (found is not [var statement])
            throw new ArgumentException($"There is no statement '{statementId}'. ReconcileAsync stores it.", nameof(statementId));

        var booked = await transaction.ReadAsync(
            _booked,
            [LedgerSql.Of(statement.Provider), LedgerSql.Of(statement.Month), LedgerSql.Of(statement.Month.AddMonths(1))],
            static row => (Tenant: row.GetString(0), Cost: row.Pico(1)),
            ct).ConfigureAwait(false);
        // An invoice for which nothing is booked is nobody's.
        if (booked.TrueForAll(static tenant => tenant.Cost <= PicoUsd.Zero) && !booked.Exists(static tenant => tenant.Tenant == CallAttribution.Unattributed))
            booked.Add((CallAttribution.Unattributed, PicoUsd.Zero));
        var parts = Parts(booked, statement.Invoiced);
        await transaction.ExecuteAsync(_clear, [id.Clone()], ct).ConfigureAwait(false);
        await transaction.ExecuteAsync(
            _store,
            [
                id.Clone(),
                LedgerSql.Of(booked.ConvertAll(static tenant => tenant.Tenant).ToArray(), NpgsqlDbType.Text),
                LedgerSql.Of(booked.Select((tenant, i) => (BigInteger)parts[i] * PicoUsdPerCent - (BigInteger)tenant.Cost.Value).ToArray(), NpgsqlDbType.Numeric),
            ],
            ct).ConfigureAwait(false);
        await transaction.ExecuteAsync(_allocated, [id.Clone()], ct).ConfigureAwait(false);
        return new(statementId, statement.Invoiced, booked.Aggregate(PicoUsd.Zero, static (sum, tenant) => sum + tenant.Cost), booked.Count);
    }

    private static long[] Parts(List<(string Tenant, PicoUsd Cost)> booked, PicoUsd invoiced)
    {
        var weights = booked.ConvertAll(static tenant => BigInteger.Max(0, (BigInteger)tenant.Cost.Value));
        if (weights.TrueForAll(static weight => weight.IsZero))
            weights[booked.FindIndex(static tenant => tenant.Tenant == CallAttribution.Unattributed)] = 1;
        return LargestRemainder.Spread((long)(invoiced.Value / PicoUsdPerCent), weights);
    }
}
