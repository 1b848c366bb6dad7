using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using Npgsql;
using NpgsqlTypes;
using Patterns.Postgres;

namespace Patterns.LlmCost;

/// <summary>Budgets of tenants: what is left of a month, from memory or strictly.</summary>
internal sealed class BudgetBook(IPostgres postgres, CurrentPrices prices, IOptions<LlmCostOptions> options, TimeProvider time)
{
    // The watch asks more often than a standing is believed, so that a tenant in use is always answered from memory.
    public static readonly TimeSpan RefreshInterval = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan MaxAge = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Idle = TimeSpan.FromMinutes(10);

    private readonly ConcurrentDictionary<string, Known> _known = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Lazy<Task<BudgetStanding>>> _reading = new(StringComparer.Ordinal);

    private readonly string _reserve = postgres.Sql("SELECT allowed, remaining, reserved FROM {schema}.llm_cost_reserve($1, $2, $3, $4)");
    private readonly string _lock = postgres.Sql("SELECT FROM {schema}.llm_cost_budgets WHERE tenant_id = $1 ORDER BY month FOR NO KEY UPDATE");
    private readonly string _remove = postgres.Sql("DELETE FROM {schema}.llm_cost_budgets WHERE tenant_id = $1 AND month = $2");

    private readonly string _set = postgres.Sql("""
        INSERT INTO {schema}.llm_cost_budgets (tenant_id, month, pico_usd) VALUES ($1, $2, $3)
        ON CONFLICT (tenant_id, month) DO UPDATE SET pico_usd = excluded.pico_usd
        """);

    private readonly string _standings = postgres.Sql("""
        SELECT t.tenant_id,
            b.pico_usd
                - (SELECT coalesce(sum(d.pico_usd), 0) FROM {schema}.llm_cost_daily d WHERE d.tenant_id = t.tenant_id AND d.day >= m.first AND d.day < m.after)
                - (SELECT coalesce(sum(r.pico_usd), 0) FROM {schema}.llm_cost_reservations r WHERE r.tenant_id = t.tenant_id AND r.expires_at > {schema}.now())
        FROM unnest($1) AS t (tenant_id)
        CROSS JOIN (SELECT first, (first + interval '1 month')::date AS after FROM date(date_trunc('month', {schema}.now() AT TIME ZONE 'UTC')) AS first) m
        LEFT JOIN LATERAL (
            SELECT l.pico_usd FROM {schema}.llm_cost_budgets l WHERE l.tenant_id = t.tenant_id AND l.month IN (m.first, '-infinity') ORDER BY l.month DESC LIMIT 1
        ) b ON true
        """);

    public ValueTask<SpendAnswer> CanSpendAsync(string tenantId, LlmEstimate estimate, CancellationToken cancellationToken)
    {
        LedgerText.Tenant(tenantId, nameof(tenantId));
        var cost = Price(estimate);
        if (_known.TryGetValue(tenantId, out var known) && time.GetElapsedTime(known.Standing.CheckedAt) <= MaxAge)
        {
            known.AskedAt = time.GetTimestamp();
            return new(known.Standing.Answer(cost));
        }

        return AskAsync(tenantId, cost, cancellationToken);
    }

    public async Task<SpendAnswer> ReserveAsync(string tenantId, Guid callId, LlmEstimate estimate, CancellationToken cancellationToken)
    {
        LedgerText.Tenant(tenantId, nameof(tenantId));
        if (callId.Version != 7)
            throw new ArgumentException($"A call's id is a UUIDv7, which {callId} is not. Make it with Guid.CreateVersion7().", nameof(callId));
        var command = postgres.DataSource.CreateCommand(_reserve);
        await using (command.ConfigureAwait(false))
        {
            command.Parameters.Add(LedgerSql.Of(tenantId));
            command.Parameters.Add(LedgerSql.Of(callId));
            command.Parameters.Add(LedgerSql.Of(Price(estimate)));
            command.Parameters.Add(new NpgsqlParameter<TimeSpan> { TypedValue = options.Value.ReservationLife, NpgsqlDbType = NpgsqlDbType.Interval });
            var row = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            await using (row.ConfigureAwait(false))
            {
                await row.ReadAsync(cancellationToken).ConfigureAwait(false);
                return new(row.GetBoolean(0), row.PicoOrNull(1), row.GetBoolean(2) ? callId : null);
            }
        }
    }

    public async Task SetAsync(string tenantId, PicoUsd? limit, Month? month, CancellationToken cancellationToken)
    {
        LedgerText.Tenant(tenantId, nameof(tenantId));
        if (limit < PicoUsd.Zero)
            throw new ArgumentOutOfRangeException(nameof(limit), limit, "A budget is not negative. Give null to remove it.");
        await postgres.RunAsync(
            async (transaction, ct) =>
            {
                // Whoever is reserving by the present limit ends first.
                await transaction.ExecuteAsync(_lock, [LedgerSql.Of(tenantId)], ct).ConfigureAwait(false);
                // The driver writes the least date as -infinity.
                var key = month?.FirstDay ?? DateOnly.MinValue;
                if (limit is { } amount)
                    await transaction.ExecuteAsync(_set, [LedgerSql.Of(tenantId), LedgerSql.Of(key), LedgerSql.Of(amount)], ct).ConfigureAwait(false);
                else
                    await transaction.ExecuteAsync(_remove, [LedgerSql.Of(tenantId), LedgerSql.Of(key)], ct).ConfigureAwait(false);
            },
            options: null,
            cancellationToken).ConfigureAwait(false);
        _known.TryRemove(tenantId, out _);
    }

    /// <summary>Reads anew how all tenants stand that were asked about lately, and forgets the others.</summary>
    public async Task RefreshAsync(CancellationToken ct)
    {
        foreach (var (tenant, known) in _known)
        {
            if (time.GetElapsedTime(known.AskedAt) > Idle)
                _known.TryRemove(tenant, out _);
        }

        string[] tenants = [.. _known.Keys];
        if (tenants.Length == 0)
            return;
        var asked = time.GetTimestamp();
        var parameters = new[] { LedgerSql.Of(tenants, NpgsqlDbType.Text) };
        await foreach (var (tenant, remaining) in postgres.ReadAsync(_standings, parameters, static row => (row.GetString(0), row.PicoOrNull(1)), ct).ConfigureAwait(false))
        {
            if (_known.TryGetValue(tenant, out var known))
                known.Standing = new(remaining, asked);
        }
    }

    private PicoUsd? Price(LlmEstimate estimate)
    {
        ArgumentNullException.ThrowIfNull(estimate);
        return prices.Book.Price(estimate.Provider, estimate.Model, estimate.Tier, estimate.Region, time.GetUtcNow(), estimate.Usage);
    }

    private async ValueTask<SpendAnswer> AskAsync(string tenantId, PicoUsd? cost, CancellationToken ct)
    {
        // Callers of one tenant share a read, which none of them cancels for the others.
        var reading = _reading.GetOrAdd(tenantId, static (tenant, book) => new(() => book.ReadAsync(tenant)), this);
        return (await reading.Value.WaitAsync(ct).ConfigureAwait(false)).Answer(cost);
    }

    private async Task<BudgetStanding> ReadAsync(string tenantId)
    {
        try
        {
            var last = _known.GetValueOrDefault(tenantId);
            var asked = time.GetTimestamp();
            BudgetStanding standing;
            try
            {
                var rows = postgres.ReadAsync(_standings, [LedgerSql.Of([tenantId], NpgsqlDbType.Text)], static row => row.PicoOrNull(1), CancellationToken.None);
                standing = new(await rows.FirstAsync(CancellationToken.None).ConfigureAwait(false), asked);
            }
            catch (NpgsqlException) when (last is not null)
            {
                // Without the database the last known standing goes on answering, and is asked for again in a while: a budget that cannot be read stops no customer's calls.
                standing = new(last.Standing.Remaining, time.GetTimestamp());
            }

            _known[tenantId] = new(standing, time.GetTimestamp());
            return standing;
        }
        finally
        {
            _reading.TryRemove(tenantId, out _);
        }
    }

    private sealed class Known(BudgetStanding standing, long askedAt)
    {
        private long _askedAt = askedAt;
        private BudgetStanding _standing = standing;

        public BudgetStanding Standing
        {
            get => Volatile.Read(ref _standing);
            set => Volatile.Write(ref _standing, value);
        }

        public long AskedAt
        {
            get => Volatile.Read(ref _askedAt);
            set => Volatile.Write(ref _askedAt, value);
        }
    }
}
