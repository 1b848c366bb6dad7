using Microsoft.Extensions.AI;

namespace Patterns.LlmFallback;

/// <summary>What a call may still cost. An attempt's worst case is set aside before it is made, so that attempts side by side cannot exceed the limit together. Belongs to one call; not thread-safe.</summary>
internal sealed class CallCosts
{
    private const string TenantKey = "patterns.tenant";
    private const decimal Million = 1_000_000m;
    private decimal _left;

    private CallCosts(decimal left) => _left = left;

    /// <summary>Asks the chain's budget for the call's tenant; null when no limit applies.</summary>
    public static CallCosts? For(LlmChainOptions chain, ChatOptions? options)
    {
        if (chain.MaxCostPerCall is null && chain.RemainingBudget is null)
            return null;
        var remaining = chain.RemainingBudget?.Invoke(CallMarks.Text(options?.AdditionalProperties, TenantKey));
        return (chain.MaxCostPerCall, remaining) switch
        {
            (null, null) => null,
            ({ } most, { } left) => new(Math.Max(0, Math.Min(most, left))),
            var (most, left) => new(Math.Max(0, most ?? left!.Value)),
        };
    }

    /// <summary>Whether the worst case of one attempt fits into what is left. A model without a price always fits.</summary>
    public bool Allows(LlmModelOptions model, CallNeeds needs) => model.Price is null || WorstCase(model, needs) <= _left;

    /// <summary>Sets the worst case of an attempt that begins aside.</summary>
    public void Reserve(LlmModelOptions model, CallNeeds needs) => _left -= WorstCase(model, needs);

    /// <summary>
    /// Ends an attempt that was set aside. It cost what its usage says; without usage its worst case if it may have been billed, since an answer that never came may have been made; else nothing.
    /// </summary>
    public void Settle(LlmModelOptions model, CallNeeds needs, UsageDetails? usage, bool mayBeBilled)
    {
        if (model.Price is not { } price)
            return;
        var worst = WorstCase(model, needs);
        var cost = usage?.InputTokenCount is null && usage?.OutputTokenCount is null ? mayBeBilled ? worst : 0 : Cost(price, usage.InputTokenCount ?? needs.InputTokens, usage.OutputTokenCount ?? 0);
        _left += worst - cost;
    }

    private static decimal WorstCase(LlmModelOptions model, CallNeeds needs) =>
        model.Price is { } price ? Cost(price, needs.InputTokens, needs.OutputTokens ?? model.MaxOutputTokens ?? 0) : 0;

    private static decimal Cost(LlmPrice price, long input, long output) => (price.InputPerMillion * input + price.OutputPerMillion * output) / Million;
}
