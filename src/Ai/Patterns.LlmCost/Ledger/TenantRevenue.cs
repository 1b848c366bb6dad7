namespace Patterns.LlmCost;

/// <summary>What a tenant paid for a month.</summary>
/// <param name="TenantId">The customer.</param>
/// <param name="Month">The month that it is for.</param>
/// <param name="AmountMinor">The amount in minor units of the currency (cents, yen); negative for a credit note.</param>
/// <param name="Currency">The currency, as ISO 4217 names it.</param>
/// <param name="UsdPerMinor">The USD of one minor unit, above zero: 0.01 for US cents, 0.0108 for euro cents at 1.08.</param>
/// <param name="Reference">The invoice, at most 200 characters. The same tenant, month and reference again replaces the amount.</param>
public sealed record TenantRevenue(string TenantId, Month Month, long AmountMinor, string Currency, decimal UsdPerMinor, string Reference = "");
