using Microsoft.Extensions.AI;

namespace Patterns.LlmFallback;

/// <summary>What a call may still cost, and what its attempts cost so far.</summary>
internal sealed class CallCosts(LlmChainOptions chain)
{
    /// <summary>Asks the chain's budget for the call's tenant; null when no limit applies.</summary>
    public static CallCosts? For(LlmChainOptions chain, ChatOptions? options) => chain.MaxCostPerCall is null && chain.RemainingBudget is null ? null : new(chain);

    /// <summary>Whether the worst case of one attempt fits into what is left.</summary>
    public bool Allows(LlmModelOptions model, CallNeeds needs) => chain.MaxCostPerCall is not 0;

    /// <summary>Books an attempt: by its usage when that is known, else what it may have cost.</summary>
    public void Spent(LlmModelOptions model, CallNeeds needs, UsageDetails? usage)
    {
    }
}
