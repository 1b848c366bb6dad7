namespace Patterns.RlsTesting;

/// <summary>One row that was inserted for a tenant, and the values of a second one that could be.</summary>
/// <param name="Table">Where it is.</param>
/// <param name="Values">The row's values as text, by column name.</param>
/// <param name="Place">Where the row lies physically, as a predicate: for tables without a primary key.</param>
/// <param name="Spare">What an INSERT of one more row for the tenant says, as SQL by column name.</param>
/// <param name="Tenant">What says whose row it is, as SQL by column name: the tenant column, or the foreign keys to the tenant's rows elsewhere; empty when nothing is known.</param>
internal sealed record Fixture(
    TableShape Table,
    IReadOnlyDictionary<string, string?> Values,
    string Place,
    IReadOnlyDictionary<string, string> Spare,
    IReadOnlyDictionary<string, string> Tenant)
{
    /// <summary>This row and no other.</summary>
    public string Key => Table.PrimaryKey is { } key ? Matches(key.Columns) : Place;

    public string Literal(ColumnShape column) => SqlText.Literal(Values[column.Name], column.Type);

    public string Matches(IEnumerable<ColumnShape> columns) => string.Join(" AND ", columns.Select(column => $"{column.Sql} = {Literal(column)}"));
}
