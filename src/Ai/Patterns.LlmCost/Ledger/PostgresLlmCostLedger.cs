namespace Patterns.LlmCost;

/// <summary>The parts behind the interface.</summary>
internal sealed class PostgresLlmCostLedger(
    PriceImporter importer,
    Repricing repricing,
    MonthClose months,
    BudgetBook budgets,
    Margins margins,
    CostReports reports,
    StatementBook statements,
    ResidualSpread residuals,
    TenantErasure erasure) : ILlmCostLedger
{
    public Task<PriceImport> ImportPricesAsync(Stream prices, DateOnly? published = null, CancellationToken cancellationToken = default) => importer.ImportAsync(prices, published, cancellationToken);

    public IAsyncEnumerable<UnpricedModel> UnpricedAsync(DateOnly from, CancellationToken cancellationToken = default) => reports.UnpricedAsync(from, cancellationToken);

    public Task<long> RepriceAsync(DateOnly from, CancellationToken cancellationToken = default) => repricing.RunAsync(from, cancellationToken);

    public Task CloseAsync(Month month, CancellationToken cancellationToken = default) => months.CloseAsync(month, cancellationToken);

    public Task SetBudgetAsync(string tenantId, PicoUsd? limit, Month? month = null, CancellationToken cancellationToken = default) => budgets.SetAsync(tenantId, limit, month, cancellationToken);

    public Task SetRevenueAsync(TenantRevenue revenue, CancellationToken cancellationToken = default) => margins.SetRevenueAsync(revenue, cancellationToken);

    public IAsyncEnumerable<DailyCost> DailyCostsAsync(DateOnly from, DateOnly to, string? tenantId = null, CancellationToken cancellationToken = default) => reports.DailyAsync(from, to, tenantId, cancellationToken);

    public IAsyncEnumerable<EstimatedShare> EstimatedSharesAsync(DateOnly from, DateOnly to, CancellationToken cancellationToken = default) => reports.EstimatedAsync(from, to, cancellationToken);

    public IAsyncEnumerable<FeatureCost> FeatureCostsAsync(Month month, CancellationToken cancellationToken = default) => reports.FeaturesAsync(month, cancellationToken);

    public IAsyncEnumerable<RunCost> RunCostsAsync(Month month, string? tenantId = null, int limit = 100, CancellationToken cancellationToken = default) => reports.RunsAsync(month, tenantId, limit, cancellationToken);

    public Task<CostSpread> SpreadAsync(Month month, CancellationToken cancellationToken = default) => reports.SpreadAsync(month, cancellationToken);

    public Task<Reconciliation> ReconcileAsync(ProviderStatement statement, CancellationToken cancellationToken = default) => statements.ReconcileAsync(statement, cancellationToken);

    public Task<ResidualAllocation> AllocateResidualAsync(string statementId, CancellationToken cancellationToken = default) => residuals.AllocateAsync(statementId, cancellationToken);

    public Task<string> EraseTenantAsync(string tenantId, CancellationToken cancellationToken = default) => erasure.EraseAsync(tenantId, cancellationToken);
}
