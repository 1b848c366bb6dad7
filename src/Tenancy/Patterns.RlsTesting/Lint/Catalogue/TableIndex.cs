namespace Patterns.RlsTesting;

/// <summary>An index.</summary>
/// <remarks>
/// Name: qualified.
/// Keys: each key as SQL: a column or an expression.
/// Columns: each key's column; null for an expression.
/// Leaky: for each key, the operators that it serves when none of them is leakproof; null when one is.
/// Predicate: of a partial index.
/// Constraint: the constraint that it stands for, by name.
/// IsReferenced: foreign keys point at it.
/// IsAttached: it is a partition's share of its parent's index.
/// Definition: the constraint's, such as <c>UNIQUE (a)</c>, where it stands for one; else its own <c>CREATE INDEX</c>.
/// </remarks>
internal sealed record TableIndex(
    string Name, string Method, bool IsUnique, bool IsPrimary, bool IsExclusion, bool IsValid, IReadOnlyList<string> Keys, IReadOnlyList<string?> Columns, IReadOnlyList<string?> Leaky,
    string? Predicate, string? Constraint, bool IsReferenced, bool IsAttached, string Definition);
