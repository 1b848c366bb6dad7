namespace Patterns.LlmCost;

/// <summary>Whether a tenant may spend what a call is expected to cost.</summary>
/// <param name="Allowed">Whether it fits into what is left.</param>
/// <param name="Remaining">What is left of the month's budget, reservations of others counted as spent; null when the tenant has no budget.</param>
/// <param name="ReservationId">The reservation, when one was asked for and made; null otherwise.</param>
public sealed record SpendAnswer(bool Allowed, PicoUsd? Remaining, Guid? ReservationId = null);
