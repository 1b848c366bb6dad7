namespace Patterns.RlsTesting;

/// <summary>A unique key that ON CONFLICT can name: without a predicate, without expressions, not deferrable.</summary>
internal sealed record KeyShape(bool Primary, IReadOnlyList<ColumnShape> Columns);
