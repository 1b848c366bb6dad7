namespace Patterns.LlmCost;

/// <summary>What a tenant brought and cost in a month.</summary>
/// <param name="TenantId">The customer.</param>
/// <param name="Revenue">The revenue in USD by the rates that were stored with it; zero when none is stored.</param>
/// <param name="Cost">The cost.</param>
/// <param name="GrossMargin">(revenue - cost) / revenue; null without revenue.</param>
/// <param name="Rank">The place by cost, from 1.</param>
/// <param name="BelowThreshold">Whether the margin is below <see cref="LlmCostOptions.MarginThreshold"/>, or there is cost without revenue.</param>
public sealed record TenantMargin(string TenantId, decimal Revenue, PicoUsd Cost, decimal? GrossMargin, int Rank, bool BelowThreshold);
