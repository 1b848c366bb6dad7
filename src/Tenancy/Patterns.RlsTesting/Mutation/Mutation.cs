namespace Patterns.RlsTesting;

/// <summary>A weakening that can be tried.</summary>
internal sealed record Mutation(TableShape Table, string? Policy, MutationKind Kind, string Sql);
