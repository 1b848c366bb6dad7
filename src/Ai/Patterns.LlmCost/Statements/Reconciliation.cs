namespace Patterns.LlmCost;

/// <summary>A statement beside what is booked for the provider's month.</summary>
/// <param name="StatementId">The statement.</param>
/// <param name="Invoiced">The invoice's total.</param>
/// <param name="Booked">What is booked, before anything was allocated.</param>
/// <param name="EstimatedShare">The part of <paramref name="Booked"/> that rests on estimates, 0 to 1.</param>
/// <param name="Agrees">Whether the totals differ by at most 1 % of the invoice.</param>
/// <param name="Lines">Each day and model of either side, by day and model.</param>
public sealed record Reconciliation(string StatementId, PicoUsd Invoiced, PicoUsd Booked, decimal EstimatedShare, bool Agrees, IReadOnlyList<ReconciledLine> Lines);
