namespace Patterns.AuditLog;

/// <summary>A seal after its chain and run were looked at: the next question is whether its entries are what it says.</summary>
/// <param name="Record">The seal.</param>
/// <param name="Accused">Whether the seal itself was found to be changed, so that its root says nothing about its entries.</param>
internal sealed record CheckedSeal(SealRecord Record, bool Accused);
