namespace Patterns.LlmFallback;

/// <summary>What a model costs, for <see cref="LlmChainOptions.MaxCostPerCall"/> and <see cref="LlmChainOptions.RemainingBudget"/>.</summary>
/// <param name="InputPerMillion">USD for a million input tokens; not negative.</param>
/// <param name="OutputPerMillion">USD for a million output tokens; not negative.</param>
public sealed record LlmPrice(decimal InputPerMillion, decimal OutputPerMillion);
