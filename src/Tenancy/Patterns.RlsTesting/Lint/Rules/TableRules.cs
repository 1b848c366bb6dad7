namespace Patterns.RlsTesting;

/// <summary>Whether row-level security is on, whole, and meant.</summary>
internal static class TableRules
{
    public static IEnumerable<Sighting> Undecided(Inventory inventory) =>
        from table in inventory.Relations
        where table.Kind is 'r' or 'p' or 'f' && !inventory.IsTenantScoped(table) && !inventory.IsShared(table) && inventory.IsReached(table)
        select new Sighting(
            table.Name,
            $"It has no column {inventory.TenantColumn} and no policy, nothing says that it is shared, and {Who(table, inventory)} can reach it.",
            SqlText.Decision($"name it with Shared(\"{table.Schema}.{table.PlainName}\") if all tenants may see all of it, else give it the column {inventory.TenantColumn} and policies."));

    public static IEnumerable<Sighting> RlsDisabled(Inventory inventory) =>
        from table in inventory.RootTables
        where !table.RowSecurity && table.Policies.Count == 0
        select new Sighting(
            table.Name,
            $"It has the column {inventory.TenantColumn}, row-level security is off, and {Who(table, inventory)} can reach it.",
            SqlText.Script([$"ALTER TABLE {table.Name} ENABLE ROW LEVEL SECURITY", $"ALTER TABLE {table.Name} FORCE ROW LEVEL SECURITY", OwnPolicy(table, inventory)]));

    public static IEnumerable<Sighting> PoliciesWithoutRls(Inventory inventory) =>
        from table in inventory.RootTables
        where !table.RowSecurity && table.Policies.Count > 0
        select new Sighting(
            table.Name,
            $"It has {table.Policies.Count} {(table.Policies.Count == 1 ? "policy" : "policies")} that nobody is subject to: row-level security is off.",
            SqlText.Script($"ALTER TABLE {table.Name} ENABLE ROW LEVEL SECURITY", $"ALTER TABLE {table.Name} FORCE ROW LEVEL SECURITY"));

    public static IEnumerable<Sighting> RlsWithoutPolicies(Inventory inventory) =>
        from table in inventory.RootTables
        where table.RowSecurity && inventory.IsReachedBy(table, inventory.Application) && !table.Policies.Any(policy => policy.IsPermissive && inventory.IsFor(policy, inventory.Application))
        select new Sighting(
            table.Name,
            $"Row-level security is on and no PERMISSIVE policy is for {SqlText.Name(inventory.Application.Name)}: it sees no row and writes none, and whoever mends that in a hurry opens the table.",
            OwnPolicy(table, inventory) is var policy && SqlText.IsDecision(policy) ? policy : policy + ";");

    public static IEnumerable<Sighting> NotForced(Inventory inventory) =>
        from table in inventory.TenantTables
        where table.RowSecurity && !table.ForcesRowSecurity
        let logins = LoginsAsOwner(table, inventory)
        where logins.Count > 0
        select new Sighting(
            table.Name,
            $"{string.Join(", ", logins)} can log in with the rights of its owner, to whom its policies do not apply without FORCE.",
            $"ALTER TABLE {table.Name} FORCE ROW LEVEL SECURITY;");

    public static IEnumerable<Sighting> OwnedByApplication(Inventory inventory) =>
        from relation in inventory.Relations
        where relation.Kind != 'S' && inventory.IsApplications(relation.Owner)
        select new Sighting(
            relation.Name,
            $"{inventory.RoleName(relation.Owner)} owns it, whose rights the application has: it can switch row-level security off.",
            SqlText.Decision($"ALTER {(relation.Kind switch { 'v' => "VIEW", 'm' => "MATERIALIZED VIEW", 'f' => "FOREIGN TABLE", _ => "TABLE" })} {relation.Name} OWNER TO a role that only migrations use."));

    // Rows that are reached through the parent are subject to the parent's policies only, so switching it on here closes the direct way and nothing else.
    public static IEnumerable<Sighting> PartitionUnprotected(Inventory inventory) =>
        from partition in inventory.TenantTables
        where inventory.IsPartitionOfTenantTable(partition) && !partition.RowSecurity
        select new Sighting(
            partition.Name,
            $"The policies of the table that it is a partition of do not apply to whoever names it directly, and {Who(partition, inventory)} can reach it.",
            SqlText.Script($"ALTER TABLE {partition.Name} ENABLE ROW LEVEL SECURITY", $"ALTER TABLE {partition.Name} FORCE ROW LEVEL SECURITY"));

    private static string Who(Relation relation, Inventory inventory) => string.Join(" and ", inventory.Roles.Where(role => inventory.IsReachedBy(relation, role)).Select(static role => SqlText.Name(role.Name)));

    // Without one that other tables agree on, only a person knows how the application says its tenant.
    private static string OwnPolicy(Relation table, Inventory inventory) => inventory.Pin(table) is { } pin
        ? $"CREATE POLICY {table.Derived("tenant")} ON {table.Name} TO {inventory.RoleNames(inventory.Roles.Where(role => inventory.IsReachedBy(table, role)).Select(static role => role.Oid))} USING {SqlText.Parenthesised(pin)} WITH CHECK {SqlText.Parenthesised(pin)}"
        : SqlText.Decision($"give {table.Name} a policy with USING and WITH CHECK that compares {inventory.TenantColumn} with the tenant of the transaction.");

    private static List<string> LoginsAsOwner(Relation table, Inventory inventory) =>
        [.. inventory.Heirs(table.Owner).Where(role => role.CanLogin && (role.Oid == table.Owner || !role.IsSuperuser)).Select(static role => SqlText.Name(role.Name))];
}
