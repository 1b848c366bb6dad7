namespace Patterns.RlsTesting;

/// <summary>Rights that policies do not reach, and roles that they do not.</summary>
internal static class GrantRules
{
    public static IEnumerable<Sighting> Truncate(Inventory inventory) => Granted(inventory, "TRUNCATE", "row-level security does not apply to TRUNCATE, which removes the rows of every tenant");

    public static IEnumerable<Sighting> References(Inventory inventory) => Granted(inventory, "REFERENCES", "a foreign key tells which keys other tenants have, and keeps their rows from being deleted");

    public static IEnumerable<Sighting> Trigger(Inventory inventory) => Granted(inventory, "TRIGGER", "a trigger sees and changes the rows that others write, with their rights");

    public static IEnumerable<Sighting> DefaultPrivileges(Inventory inventory) =>
        from grants in inventory.Catalogue.DefaultGrants
            .Where(grant => inventory.IsApplications(grant.Grantee) && (grant.Schema is null || inventory.HasSchema(grant.Schema)))
            .GroupBy(static grant => (grant.Creator, grant.Schema, grant.Grantee))
        let place = grants.Key.Schema is { } schema ? $" IN SCHEMA {SqlText.Name(schema)}" : ""
        let creator = inventory.RoleName(grants.Key.Creator)
        let grantee = inventory.RoleName(grants.Key.Grantee)
        select new Sighting(
            $"default privileges of {creator}{place} for {grantee}",
            $"Every table that {creator} makes is open to {grantee} before anybody has protected it: {string.Join(", ", grants.Select(static grant => grant.Privilege).Order(StringComparer.Ordinal))}.",
            $"ALTER DEFAULT PRIVILEGES FOR ROLE {creator}{place} REVOKE ALL ON TABLES FROM {grantee};");

    public static IEnumerable<Sighting> RoleBypassesRls(Inventory inventory)
    {
        foreach (var role in inventory.Roles)
        {
            var name = SqlText.Name(role.Name);
            if (role.IsSuperuser || role.BypassesRls)
            {
                yield return new(
                    name,
                    $"It {(role.IsSuperuser ? "is a superuser" : "has BYPASSRLS")}: no policy applies to it, and no test as it proves anything.",
                    $"ALTER ROLE {name} NOSUPERUSER NOBYPASSRLS;");
                continue;
            }

            var bypassing = Bypassing(inventory, MaySet(inventory, role.Oid));
            if (bypassing.Count > 0)
            {
                // Only a membership of its own can be taken from it: that by which it comes to them.
                var ways = inventory.Catalogue.Memberships.Where(membership => membership.Member == role.Oid && membership.MaySet)
                    .Select(static membership => membership.Role)
                    .Where(way => Bypassing(inventory, MaySet(inventory, way).Append(way)).Count > 0);
                yield return new(
                    name,
                    $"It may SET ROLE to {SqlText.Names(bypassing)}, to which no policy applies.",
                    $"REVOKE {inventory.RoleNames(ways)} FROM {name};");
            }
        }
    }

    public static IEnumerable<Sighting> LoginInherits(Inventory inventory) =>
        from heir in inventory.Roles.SelectMany(role => inventory.Heirs(role.Oid)).Distinct()
        from membership in inventory.Catalogue.Memberships
        where membership.Inherits && membership.Role == heir.Oid
        let login = inventory.Catalogue.Roles.GetValueOrDefault(membership.Member)
        where login is { CanLogin: true, IsSuperuser: false } && !inventory.Roles.Contains(login)
        let role = inventory.RoleName(membership.Role)
        let name = SqlText.Name(login.Name)
        select new Sighting(
            name,
            $"It logs in and inherits the grants of {role}: after RESET ROLE, which any statement can do, it still has them, without what SET ROLE and the scope confine.",
            inventory.Catalogue.Version < 16 ? $"ALTER ROLE {name} NOINHERIT;" : $"GRANT {role} TO {name} WITH INHERIT FALSE;");

    private static IEnumerable<Sighting> Granted(Inventory inventory, string privilege, string why) =>
        from table in inventory.TenantTables
        let grantees = inventory.GrantsOn(table).Where(grant => grant.Privilege == privilege).Select(static grant => grant.Grantee).ToList()
        where grantees.Count > 0
        let names = inventory.RoleNames(grantees)
        select new Sighting(table.Name, $"{names} has {privilege}: {why}.", $"REVOKE {privilege} ON {table.Name} FROM {names};");

    private static List<string> Bypassing(Inventory inventory, IEnumerable<uint> roles) =>
        [.. roles.Select(role => inventory.Catalogue.Roles.GetValueOrDefault(role)).OfType<Role>().Where(static role => role.IsSuperuser || role.BypassesRls).Select(static role => role.Name).Order(StringComparer.Ordinal)];

    /// <summary>The roles that a role may take on, by whatever way.</summary>
    private static HashSet<uint> MaySet(Inventory inventory, uint role)
    {
        var seen = new HashSet<uint>();
        var next = new Stack<uint>([role]);
        while (next.TryPop(out var member))
        {
            foreach (var membership in inventory.Catalogue.Memberships.Where(membership => membership.Member == member && membership.MaySet && seen.Add(membership.Role)))
                next.Push(membership.Role);
        }

        return seen;
    }
}
