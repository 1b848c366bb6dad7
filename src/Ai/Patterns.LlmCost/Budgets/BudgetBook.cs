namespace Patterns.LlmCost;

/// <summary>Budgets of tenants: what is left of a month, from memory or strictly.</summary>
internal sealed class BudgetBook
{
    public ValueTask<SpendAnswer> CanSpendAsync(string tenantId, LlmEstimate estimate, CancellationToken cancellationToken) => new(new SpendAnswer(true, null));

    public Task<SpendAnswer> ReserveAsync(string tenantId, Guid callId, LlmEstimate estimate, CancellationToken cancellationToken) => Task.FromResult(new SpendAnswer(true, null, callId));
}
