namespace Patterns.RlsTesting;

/// <summary>Columns that must name a row of another table, position by position.</summary>
internal sealed record ForeignKeyShape(string Name, IReadOnlyList<ColumnShape> Columns, TableShape Parent, IReadOnlyList<ColumnShape> ParentColumns);
