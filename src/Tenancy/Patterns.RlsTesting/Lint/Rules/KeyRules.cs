namespace Patterns.RlsTesting;

/// <summary>The tenant in columns, keys and indexes. A partition has all of them from its parent.</summary>
internal static class KeyRules
{
    public static IEnumerable<Sighting> TenantNullable(Inventory inventory) =>
        from table in inventory.RootTables
        from column in table.Columns
        where column.Name == inventory.TenantColumn && column.IsNullable
        select new Sighting(
            $"{table.Name}.{SqlText.Name(column.Name)}",
            "It may be NULL: such a row is nobody's, and a policy that is loose about NULL shows it to everybody.",
            $"ALTER TABLE {table.Name} ALTER COLUMN {SqlText.Name(column.Name)} SET NOT NULL;");

    public static IEnumerable<Sighting> TenantNotIndexed(Inventory inventory) =>
        from table in Scoped(inventory)
        where !table.Indexes.Any(index => index is { IsValid: true, Predicate: null } && index.Columns is [var first, ..] && first == inventory.TenantColumn)
        select new Sighting(
            $"{table.Name}.{SqlText.Name(inventory.TenantColumn)}",
            "No index begins with it: every statement under the policies reads all tenants' rows.",
            $"CREATE INDEX ON {table.Name} ({SqlText.Name(inventory.TenantColumn)});");

    public static IEnumerable<Sighting> UniqueWithoutTenant(Inventory inventory) =>
        from table in Scoped(inventory)
        from index in table.Indexes
        where (index.IsUnique || index.IsExclusion) && !index.IsAttached && !index.Columns.Contains(inventory.TenantColumn, StringComparer.Ordinal)
        let unguessable = index.Columns.All(key => table.Columns.Any(column => column.Name == key && column.Type == "uuid"))
        select new Sighting(
            index.Name,
            $"{(index.IsPrimary ? "The primary key" : index.IsExclusion ? "An exclusion constraint" : "A unique key")} ({string.Join(", ", index.Keys)}) of {table.Name} is kept across tenants, and its check sees what policies hide: "
            + (unguessable ? "who knows another tenant's id learns that it exists." : "one tenant learns what others have, and cannot have the same."),
            WithTenant(table, index, inventory)) { Severity = unguessable ? Severity.Notice : null };

    public static IEnumerable<Sighting> ForeignKeyWithoutTenant(Inventory inventory) =>
        from table in Scoped(inventory)
        from key in table.ForeignKeys
        let target = inventory.Catalogue.Relations.GetValueOrDefault(key.Target)
        where target is not null && inventory.IsTenantScoped(target) && inventory.HasTenantColumn(target)
            && !key.Columns.Zip(key.TargetColumns).Contains((inventory.TenantColumn, inventory.TenantColumn))
        select new Sighting(
            $"{SqlText.Name(key.Name)} on {table.Name}",
            $"({SqlText.Names(key.Columns)}) points at {target.Name} ({SqlText.Names(key.TargetColumns)}) without the tenant, and its check sees what policies hide: a row may refer to another tenant's.",
            WithTenant(table, key, target, inventory));

    public static IEnumerable<Sighting> NotLeakproof(Inventory inventory) =>
        from table in Scoped(inventory)
        where table.RowSecurity
        from index in table.Indexes
        where index is { IsUnique: false, IsExclusion: false, IsAttached: false }
        let leaky = index.Columns.Zip(index.Keys, index.Leaky).Where(key => key.First != inventory.TenantColumn && key.Third is not null).Select(static key => $"{key.Second}: {key.Third}").ToList()
        where leaky.Count > 0
        select new Sighting(
            index.Name,
            $"The planner may not use it below a policy, for its operators are not leakproof ({string.Join("; ", leaky)}): the search reads all of the tenant's rows.",
            SqlText.Decision("search through a SECURITY DEFINER function that takes the tenant from the transaction, or drop the index; to mark the operators LEAKPROOF would be false."));

    private static IEnumerable<Relation> Scoped(Inventory inventory) => inventory.RootTables.Where(inventory.HasTenantColumn);

    private static string WithTenant(Relation table, TableIndex index, Inventory inventory)
    {
        if (index.IsExclusion)
            return SqlText.Decision($"make {index.Name} again with {SqlText.Name(inventory.TenantColumn)} WITH = in front (extension btree_gist).");
        if (index.IsReferenced)
            return SqlText.Decision($"foreign keys point at it: let them point at a key of ({SqlText.Names([inventory.TenantColumn])}, {string.Join(", ", index.Keys)}) first, then make this one with the tenant in front.");
        // The server's own text, so that nothing else of it is lost: collations, INCLUDE, DEFERRABLE, NULLS NOT DISTINCT, WHERE. Its first parenthesis after the names opens the keys.
        if (index.Constraint is { } constraint)
            return $"ALTER TABLE {table.Name} DROP CONSTRAINT {SqlText.Name(constraint)}, ADD CONSTRAINT {SqlText.Name(constraint)} {WithTenant(index.Definition, 0, inventory)};";
        var (only, on) = ($" ON ONLY {table.Name} ", $" ON {table.Name} ");
        var definition = index.Definition.Replace(only, on, StringComparison.Ordinal);
        return SqlText.Script($"DROP INDEX {index.Name}", WithTenant(definition, definition.IndexOf(on, StringComparison.Ordinal) + on.Length, inventory));
    }

    private static string WithTenant(string definition, int from, Inventory inventory) => definition.Insert(definition.IndexOf('(', from) + 1, SqlText.Name(inventory.TenantColumn) + ", ");

    private static string WithTenant(Relation table, ForeignKey key, Relation target, Inventory inventory)
    {
        var tenant = inventory.TenantColumn;
        var pairs = key.Columns.Zip(key.TargetColumns).Where(pair => pair.Second != tenant && pair.First != tenant).Prepend((First: tenant, Second: tenant)).ToList();
        if (pairs.Count == 1)
            return SqlText.Decision($"it refers to a tenant and to nothing of it: if that tenant may be another one, accept this with Ignore(\"foreign-key-without-tenant\", ...), else drop {SqlText.Name(key.Name)}.");
        var (own, others) = (pairs.Select(static pair => pair.First).ToList(), pairs.Select(static pair => pair.Second).ToList());
        if (key.OnDelete is 'n' or 'd' && inventory.Catalogue.Version < 15)
            return SqlText.Decision($"before PostgreSQL 15 ON DELETE SET NULL would empty the tenant too; make {SqlText.Name(key.Name)} again over ({SqlText.Names(own)}) with another action.");
        var onDelete = key.OnDelete switch { 'n' => $" ON DELETE SET NULL ({SqlText.Names(own.Skip(1))})", 'd' => $" ON DELETE SET DEFAULT ({SqlText.Names(own.Skip(1))})", _ => "" };
        var hasKey = target.Indexes.Any(index => index is { IsUnique: true, IsValid: true, Predicate: null } && index.Columns.Count == others.Count && !others.Except(index.Columns, StringComparer.Ordinal).Any());
        return SqlText.Script([
            .. hasKey ? Array.Empty<string>() : [$"ALTER TABLE {target.Name} ADD UNIQUE ({SqlText.Names(others)})"],
            $"ALTER TABLE {table.Name} DROP CONSTRAINT {SqlText.Name(key.Name)}, ADD CONSTRAINT {SqlText.Name(key.Name)} FOREIGN KEY ({SqlText.Names(own)}) REFERENCES {target.Name} ({SqlText.Names(others)}){onDelete}{key.Actions}"]);
    }
}
