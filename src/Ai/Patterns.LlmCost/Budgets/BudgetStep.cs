namespace Patterns.LlmCost;

/// <summary>A tenant's cost of a month has reached a part of the budget.</summary>
/// <param name="TenantId">The customer.</param>
/// <param name="Month">The month.</param>
/// <param name="Percent">The part that was reached: 50, 80 or 100.</param>
/// <param name="Limit">The month's budget.</param>
/// <param name="Spent">What is booked in the month, without reservations.</param>
public sealed record BudgetStep(string TenantId, Month Month, int Percent, PicoUsd Limit, PicoUsd Spent);
