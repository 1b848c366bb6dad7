namespace Patterns.LlmCost;

/// <summary>How a month's cost is spread over tenants: the heavy tail. Calls without a tenant are left out.</summary>
/// <param name="Tenants">How many tenants had cost.</param>
/// <param name="P50">Half of the tenants cost at most this.</param>
/// <param name="P95">95 % of the tenants cost at most this.</param>
/// <param name="Max">What the most expensive tenant cost.</param>
/// <param name="MaxTenantId">The most expensive tenant; null without any.</param>
public sealed record CostSpread(int Tenants, PicoUsd P50, PicoUsd P95, PicoUsd Max, string? MaxTenantId);
