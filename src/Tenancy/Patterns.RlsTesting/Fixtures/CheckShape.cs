namespace Patterns.RlsTesting;

/// <summary>A CHECK constraint of a table.</summary>
internal sealed record CheckShape(string Name, string Definition, IReadOnlyList<ColumnShape> Columns);
