namespace Patterns.LlmCost;

/// <summary>What finance and operators do with the booked costs. A singleton; thread-safe.</summary>
public interface ILlmCostLedger
{
    /// <summary>
    /// Imports dated prices from our JSON shape (README, "Prices") or the one of LiteLLM, which is told apart by its content, all or nothing. Prices that the file does not name stay. A crash or a cancelled token leaves all or nothing;
    /// importing the file again is safe. Calls that are booked already keep their price until <see cref="RepriceAsync"/>.
    /// </summary>
    /// <param name="prices">The file, at most 32 MiB.</param>
    /// <param name="published">For a file of LiteLLM's shape, which names no day: the day (UTC) from which its prices hold. Null takes today by the database's clock.</param>
    /// <param name="cancellationToken">Cancels the import; nothing of it is kept.</param>
    /// <exception cref="ArgumentException">The file names its own day, and another one is given.</exception>
    /// <exception cref="InvalidDataException">The file cannot be read, or has a price that cannot be kept exactly; the message names the place, the limit and the remedy.</exception>
    /// <exception cref="InvalidOperationException">The file is older than the last one imported (the message has both days), or would change what a model cost within a closed month. Nothing was changed.</exception>
    Task<PriceImport> ImportPricesAsync(Stream prices, DateOnly? published = null, CancellationToken cancellationToken = default);

    /// <summary>The models whose calls are booked without cost, from the one with the most calls down. Import their prices (zero for what is free) and call <see cref="RepriceAsync"/>.</summary>
    /// <param name="from">The first day looked at.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    IAsyncEnumerable<UnpricedModel> UnpricedAsync(DateOnly from, CancellationToken cancellationToken = default);

    /// <summary>
    /// Prices again by today's price file what began at or after a day: rows without a price get one, rows with another price get the new one, and roll-ups move by the difference in the same statement. In closed months only
    /// rows without a price get one, and it is counted today. In batches, while calls are recorded; after a crash a new call goes on.
    /// </summary>
    /// <param name="from">The first day.</param>
    /// <param name="cancellationToken">Stops; the batches that are written stay.</param>
    /// <returns>How many rows changed.</returns>
    Task<long> RepriceAsync(DateOnly from, CancellationToken cancellationToken = default);

    /// <summary>Freezes a month: later differences are booked on the day they become known and name the day they adjust, and no price within it can change. Waits for those who are booking into it. Closing again changes nothing.</summary>
    /// <param name="month">The month; it must be over.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    /// <exception cref="ArgumentException">The month is not over by the database's clock.</exception>
    Task CloseAsync(Month month, CancellationToken cancellationToken = default);

    /// <summary>Sets what a tenant may spend in a month. What is booked already counts. Steps of a month that were raised are not raised again by a new limit.</summary>
    /// <param name="tenantId">The customer.</param>
    /// <param name="limit">The limit, zero or more; null removes it.</param>
    /// <param name="month">The month that it holds for; null (default) for every month that has none of its own.</param>
    /// <param name="cancellationToken">Cancels the wait; the limit may have been set.</param>
    Task SetBudgetAsync(string tenantId, PicoUsd? limit, Month? month = null, CancellationToken cancellationToken = default);

    /// <summary>Stores what a tenant paid, for <see cref="ILlmCost.MarginsAsync"/>.</summary>
    /// <param name="revenue">The revenue; the same tenant, month and reference again replaces the amount.</param>
    /// <param name="cancellationToken">Cancels the wait; the revenue may have been stored.</param>
    Task SetRevenueAsync(TenantRevenue revenue, CancellationToken cancellationToken = default);

    /// <summary>Reads the roll-up, by tenant, day, provider, model, feature and tier. What came after a month was closed stands on the day it became known.</summary>
    /// <param name="from">The first day.</param>
    /// <param name="to">The last day.</param>
    /// <param name="tenantId">One customer; null for all.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    IAsyncEnumerable<DailyCost> DailyCostsAsync(DateOnly from, DateOnly to, string? tenantId = null, CancellationToken cancellationToken = default);

    /// <summary>How much of each tenant's day rests on estimates of aborted calls whose usage has not come.</summary>
    /// <param name="from">The first day.</param>
    /// <param name="to">The last day.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    IAsyncEnumerable<EstimatedShare> EstimatedSharesAsync(DateOnly from, DateOnly to, CancellationToken cancellationToken = default);

    /// <summary>What each feature cost in a month, from the most expensive down. Allocated residuals are not part of it.</summary>
    /// <param name="month">The month.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    IAsyncEnumerable<FeatureCost> FeatureCostsAsync(Month month, CancellationToken cancellationToken = default);

    /// <summary>The most expensive runs of a month, by the rows that are kept (<see cref="LlmCostOptions.Retention"/>).</summary>
    /// <param name="month">The month.</param>
    /// <param name="tenantId">One customer; null for all.</param>
    /// <param name="limit">How many, 1 to 10,000. Default 100.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    IAsyncEnumerable<RunCost> RunCostsAsync(Month month, string? tenantId = null, int limit = 100, CancellationToken cancellationToken = default);

    /// <summary>How a month's cost is spread over tenants.</summary>
    /// <param name="month">The month.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    Task<CostSpread> SpreadAsync(Month month, CancellationToken cancellationToken = default);

    /// <summary>Stores what a provider charges for a month, and lays it beside what is booked. Changes no cost.</summary>
    /// <param name="statement">The statement; the same id again replaces it.</param>
    /// <param name="cancellationToken">Cancels the wait; the statement may have been stored.</param>
    /// <exception cref="ArgumentException">A value is outside its limits, or the id stands for another provider or month; the message names it.</exception>
    Task<Reconciliation> ReconcileAsync(ProviderStatement statement, CancellationToken cancellationToken = default);

    /// <summary>
    /// Spreads a statement over the tenants by what is booked for them with its provider, so that each has whole cents (largest remainder) and all sum to the invoice exactly. The differences stand beside the roll-up and are
    /// part of <see cref="ILlmCost.MarginsAsync"/>. Doing it again changes nothing, or spreads anew what was booked since: close the month first, so that nothing is. Without any booked cost all of it goes to <c>unattributed</c>.
    /// </summary>
    /// <param name="statementId">A statement that <see cref="ReconcileAsync"/> has stored.</param>
    /// <param name="cancellationToken">Cancels the wait; all is spread or nothing.</param>
    /// <exception cref="ArgumentException">There is no such statement.</exception>
    /// <exception cref="InvalidOperationException">Another statement of the same provider and month is spread already.</exception>
    Task<ResidualAllocation> AllocateResidualAsync(string statementId, CancellationToken cancellationToken = default);

    /// <summary>
    /// Replaces a tenant's id, and those of its users and runs, by digests in all tables. Money and counts stay. In batches; after a crash a new call goes on. End what the tenant runs and flush every process first: what is
    /// recorded later stands under the tenant's id again, until the next call.
    /// </summary>
    /// <param name="tenantId">The customer.</param>
    /// <param name="cancellationToken">Stops; the batches that are written stay.</param>
    /// <returns>The digest that stands for the tenant from now on.</returns>
    /// <exception cref="InvalidOperationException">There is no <see cref="LlmCostOptions.ErasureKey"/>.</exception>
    Task<string> EraseTenantAsync(string tenantId, CancellationToken cancellationToken = default);
}
