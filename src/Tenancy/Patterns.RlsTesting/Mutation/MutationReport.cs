namespace Patterns.RlsTesting;

/// <summary>Which weakened policies were noticed.</summary>
public sealed record MutationReport(IReadOnlyList<Mutant> Mutants);
