namespace Patterns.RlsTesting;

/// <summary>Ways to tenants' rows that go past the policies of their tables.</summary>
internal static class ExposureRules
{
    public static IEnumerable<Sighting> ViewAsOwner(Inventory inventory) =>
        from view in inventory.Relations
        where view is { Kind: 'v', IsSecurityInvoker: false } && inventory.IsReached(view)
        let below = inventory.TenantRelationsBelow(view)
        where below.Count > 0
        select new Sighting(
            view.Name,
            $"It reads {string.Join(", ", below.Select(static table => table.Name))} as its owner {inventory.RoleName(view.Owner)}, and {Grantees(view, inventory)} can read it.",
            inventory.Catalogue.Version < 15
                ? SqlText.Decision("PostgreSQL 14 has no security_invoker: filter by tenant in the view with security_barrier, or take the grant back.")
                : $"ALTER VIEW {view.Name} SET (security_invoker = true);");

    public static IEnumerable<Sighting> MaterializedView(Inventory inventory) =>
        from view in inventory.Relations
        where view.Kind == 'm' && !inventory.IsShared(view) && inventory.IsReached(view) && (inventory.HasTenantColumn(view) || inventory.TenantRelationsBelow(view).Count > 0)
        select new Sighting(view.Name, $"It keeps rows of all tenants, can have no policy, and {Grantees(view, inventory)} can read it.", RevokeAll(view, inventory));

    public static IEnumerable<Sighting> ForeignTable(Inventory inventory) =>
        from table in inventory.Relations
        where table.Kind == 'f' && inventory.IsTenantScoped(table) && inventory.IsReached(table)
        select new Sighting(table.Name, $"It shows rows of all tenants, can have no policy, and {Grantees(table, inventory)} can read it.", RevokeAll(table, inventory));

    public static IEnumerable<Sighting> PublicationWithoutFilter(Inventory inventory) =>
        from table in inventory.RootTables
        from publication in table.Publications
        where !publication.IsFiltered
        let name = SqlText.Name(publication.Name)
        select new Sighting(
            $"publication {name}: {table.Name}",
            "It sends the rows of all tenants to whoever subscribes.",
            publication.IsListed
                ? $"ALTER PUBLICATION {name} DROP TABLE {table.Name}; -- or SET TABLE with a WHERE clause, from PostgreSQL 15 on"
                : SqlText.Decision($"it takes whole schemas or everything; make {name} again with a list of tables, and a WHERE clause for those of tenants."));

    public static IEnumerable<Sighting> DefinerSearchPath(Inventory inventory) =>
        from routine in inventory.Routines
        where routine.SearchPath is null && (routine.IsTrigger || inventory.IsReached(routine))
        select new Sighting(
            routine.Signature,
            $"It runs as {inventory.RoleName(routine.Owner)} with the caller's search_path: who can create a function or a temporary table chooses what its names mean.",
            $"ALTER ROUTINE {routine.Signature} SET search_path = pg_catalog, {SqlText.Name(routine.Schema)}, pg_temp;");

    public static IEnumerable<Sighting> DefinerPublic(Inventory inventory) =>
        from routine in inventory.Routines
        where !routine.IsTrigger && inventory.IsReached(routine) && routine.Grants.Any(static grant => grant is { Grantee: Inventory.Public, Privilege: "EXECUTE" })
        select new Sighting(
            routine.Signature,
            $"PUBLIC may execute it, which is the default, and it runs as {inventory.RoleName(routine.Owner)}.",
            SqlText.Script($"REVOKE EXECUTE ON ROUTINE {routine.Signature} FROM PUBLIC", $"GRANT EXECUTE ON ROUTINE {routine.Signature} TO {SqlText.Name(inventory.Application.Name)}"));

    private static string Grantees(Relation relation, Inventory inventory) => inventory.RoleNames(inventory.GrantsOn(relation).Select(static grant => grant.Grantee)) is { Length: > 0 } names ? names : inventory.RoleName(relation.Owner);

    private static string RevokeAll(Relation relation, Inventory inventory) => inventory.GrantsOn(relation).Any()
        ? $"REVOKE ALL ON {relation.Name} FROM {Grantees(relation, inventory)};"
        : SqlText.Decision($"the application has it without a grant; let another role own {relation.Name}.");
}
