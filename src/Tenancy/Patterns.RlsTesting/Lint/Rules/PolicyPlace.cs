namespace Patterns.RlsTesting;

/// <summary>A policy on its table, as findings speak of it.</summary>
internal sealed record PolicyPlace(Inventory Inventory, Relation Table, Policy Policy)
{
    public string Name => $"{SqlText.Name(Policy.Name)} on {Table.Name}";

    public string Kind => $"A {(Policy.IsPermissive ? "PERMISSIVE" : "RESTRICTIVE")} policy for {Policy.CommandText} of {Inventory.RoleNames(Policy.Roles)}";

    public string Alter(IEnumerable<(string Clause, string Expression)> clauses) =>
        $"ALTER POLICY {SqlText.Name(Policy.Name)} ON {Table.Name} {string.Join(' ', clauses.Select(static clause => $"{clause.Clause} {SqlText.Parenthesised(clause.Expression)}"))};";
}
