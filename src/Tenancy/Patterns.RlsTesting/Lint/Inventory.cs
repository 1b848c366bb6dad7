namespace Patterns.RlsTesting;

/// <summary>What of the catalogue an audit is about: the chosen schemas, whom the application's statements run as, and what these can reach.</summary>
internal sealed class Inventory
{
    /// <summary>Every role is a member of it: a grant or a policy for PUBLIC has it as role 0.</summary>
    public const uint Public = 0;

    private readonly AuditPlan _plan;
    private readonly Dictionary<uint, HashSet<uint>> _actsAs;
    private readonly Dictionary<string, string> _pins;

    /// <exception cref="InvalidOperationException">A role or schema of the plan does not exist.</exception>
    public Inventory(DatabaseCatalogue catalogue, AuditPlan plan)
    {
        (Catalogue, _plan) = (catalogue, plan);
        foreach (var schema in plan.Schemas.Where(schema => !catalogue.Schemas.ContainsKey(schema)))
            throw new InvalidOperationException($"There is no schema '{schema}' to audit. Name those that exist with Schemas(...).");
        Application = RoleNamed(plan.Application);
        Roles = plan.Anonymous is null ? [Application] : [Application, RoleNamed(plan.Anonymous)];
        _actsAs = Roles.ToDictionary(static role => role.Oid, role => ActsAs(role.Oid));
        Relations = [.. catalogue.Relations.Values.Where(relation => plan.Schemas.Contains(relation.Schema, StringComparer.Ordinal) && !relation.IsExtensions).OrderBy(static relation => relation.Name, StringComparer.Ordinal)];
        TenantTables = [.. Relations.Where(relation => relation.IsTable && IsTenantScoped(relation) && IsReached(relation))];
        Routines = [.. catalogue.Routines.Where(routine => plan.Schemas.Contains(routine.Schema, StringComparer.Ordinal)).OrderBy(static routine => routine.Signature, StringComparer.Ordinal)];
        _pins = Pins();
    }

    public DatabaseCatalogue Catalogue { get; }

    /// <summary>The application's role, and the anonymous one if there is one.</summary>
    public IReadOnlyList<Role> Roles { get; }

    public Role Application { get; }

    public string TenantColumn => _plan.TenantColumn;

    /// <summary>All relations of the chosen schemas that no extension looks after.</summary>
    public IReadOnlyList<Relation> Relations { get; }

    /// <summary>Tables and partitions that hold tenants' rows and that a role of the application reaches.</summary>
    public IReadOnlyList<Relation> TenantTables { get; }

    /// <summary>Of these, the ones that stand for themselves: a partition has its keys and columns from its parent.</summary>
    public IEnumerable<Relation> RootTables => TenantTables.Where(table => !IsPartitionOfTenantTable(table));

    /// <summary>SECURITY DEFINER routines of the chosen schemas.</summary>
    public IReadOnlyList<Routine> Routines { get; }

    public bool HasSchema(string schema) => _plan.Schemas.Contains(schema, StringComparer.Ordinal);

    public string RoleName(uint oid) => oid == Public ? "PUBLIC" : SqlText.Name(Catalogue.Roles.TryGetValue(oid, out var role) ? role.Name : oid.ToString(System.Globalization.CultureInfo.InvariantCulture));

    public string RoleNames(IEnumerable<uint> oids) => string.Join(", ", oids.Distinct().Select(RoleName).Order(StringComparer.Ordinal));

    /// <summary>Whether a role has the privileges of another: it is it, inherits it, or the other is PUBLIC.</summary>
    public bool HasPrivilegesOf(Role role, uint other) => _actsAs[role.Oid].Contains(other);

    /// <summary>Whether a role of the application has the privileges of another.</summary>
    public bool IsApplications(uint role) => Roles.Any(application => HasPrivilegesOf(application, role));

    /// <summary>The role and all that inherit its privileges.</summary>
    public IReadOnlyCollection<Role> Heirs(uint role)
    {
        var heirs = new HashSet<uint> { role };
        while (Catalogue.Memberships.Any(membership => membership.Inherits && heirs.Contains(membership.Role) && heirs.Add(membership.Member)))
        {
            // until nobody new inherits it
        }

        return [.. heirs.Select(heir => Catalogue.Roles.GetValueOrDefault(heir)).OfType<Role>().OrderBy(static heir => heir.Name, StringComparer.Ordinal)];
    }

    /// <summary>The grants of others than the owner by which a role of the application reaches an object, where it may use the object's schema.</summary>
    public IEnumerable<Grant> GrantsOn(Securable target) => Roles.SelectMany(role => GrantsOn(target, role)).Distinct();

    public bool IsReached(Securable target) => Roles.Any(role => IsReachedBy(target, role));

    public bool IsReachedBy(Securable target, Role role) => GrantsOn(target, role).Any() || (HasPrivilegesOf(role, target.Owner) && MayUseSchema(target, role)) || (target is Relation && ReadsAll(role));

    /// <summary>Whether its rows are tenants': it, or the table that it is a partition of, has the tenant's column or a policy, and nobody said that it is shared.</summary>
    public bool IsTenantScoped(Relation relation) => !IsShared(relation)
        && (relation.Policies.Count > 0 || HasTenantColumn(relation) || (relation.Parent is { } parent && Catalogue.Relations.TryGetValue(parent, out var whole) && IsTenantScoped(whole)));

    public bool IsPartitionOfTenantTable(Relation relation) => relation.Parent is { } parent && Catalogue.Relations.TryGetValue(parent, out var whole) && IsTenantScoped(whole);

    public bool HasTenantColumn(Relation relation) => relation.Columns.Any(column => column.Name == TenantColumn);

    /// <summary>Whether somebody said that all tenants may see all of it, or of the table that it is a partition of.</summary>
    public bool IsShared(Relation relation) => _plan.Shared.Contains(relation.Name) || _plan.Shared.Contains($"{relation.Schema}.{relation.PlainName}")
        || (relation.Parent is { } parent && Catalogue.Relations.TryGetValue(parent, out var whole) && IsShared(whole));

    /// <summary>The tenants' relations that a view reads, by itself or through other views.</summary>
    public IReadOnlyList<Relation> TenantRelationsBelow(Relation view)
    {
        var seen = new HashSet<uint> { view.Oid };
        var found = new SortedDictionary<string, Relation>(StringComparer.Ordinal);
        var next = new Stack<uint>(view.Reads);
        while (next.TryPop(out var oid))
        {
            if (!seen.Add(oid) || !Catalogue.Relations.TryGetValue(oid, out var relation)) continue;
            if (relation.Kind is 'v' or 'm')
                foreach (var below in relation.Reads) next.Push(below);
            else if (IsTenantScoped(relation))
                found.TryAdd(relation.Name, relation);
        }

        return [.. found.Values];
    }

    /// <summary>Whether a policy counts for a role.</summary>
    public bool IsFor(Policy policy, Role role) => policy.Roles.Any(other => HasPrivilegesOf(role, other));

    /// <summary>Whether a RESTRICTIVE policy confines a command of a role to one tenant, whatever the permissive ones let through.</summary>
    public bool IsPinned(Relation table, char command, Role role) => HasTenantColumn(table) && table.Policies.Any(policy => !policy.IsPermissive
        && policy.Covers.Contains(command, StringComparison.Ordinal)
        && IsFor(policy, role)
        && policy.On(command).All(expression => expression is not null && !expression.IsAlwaysTrue(table) && expression.ConstrainsTenant(table, TenantColumn)));

    /// <summary>How most policies say that a row is the tenant's, for a column of the same type; null where none says it of the row alone.</summary>
    public string? Pin(Relation table) => table.Columns.FirstOrDefault(column => column.Name == TenantColumn) is { } tenant ? _pins.GetValueOrDefault(tenant.Type) : null;

    private Dictionary<string, string> Pins() => (
        from table in Relations
        where HasTenantColumn(table)
        from policy in table.Policies
        from expression in new[] { policy.Using, policy.Check }
        let pin = expression?.Pin(table, TenantColumn)
        where pin is not null
        select (table.Columns.First(column => column.Name == TenantColumn).Type, Pin: pin))
        .GroupBy(static said => said.Type, static said => said.Pin, StringComparer.Ordinal)
        .ToDictionary(
            static pins => pins.Key,
            static pins => pins.CountBy(static pin => pin, StringComparer.Ordinal).OrderByDescending(static pin => pin.Value).ThenBy(static pin => pin.Key, StringComparer.Ordinal).First().Key,
            StringComparer.Ordinal);

    private IEnumerable<Grant> GrantsOn(Securable target, Role role) => MayUseSchema(target, role) ? target.Grants.Where(grant => grant.Grantee != target.Owner && HasPrivilegesOf(role, grant.Grantee)) : [];

    private bool MayUseSchema(Securable target, Role role) => Catalogue.Schemas.TryGetValue(target.Schema, out var schema)
        && (HasPrivilegesOf(role, schema.Owner) || ReadsAll(role) || schema.Grants.Any(grant => grant.Privilege == "USAGE" && HasPrivilegesOf(role, grant.Grantee)));

    // The server's own roles have rights on everything that no grant shows.
    private bool ReadsAll(Role role) => _actsAs[role.Oid].Any(other => Catalogue.Roles.GetValueOrDefault(other)?.Name is "pg_read_all_data" or "pg_write_all_data");

    private HashSet<uint> ActsAs(uint role)
    {
        var all = new HashSet<uint> { role, Public };
        var next = new Stack<uint>([role]);
        while (next.TryPop(out var member))
            foreach (var membership in Catalogue.Memberships.Where(membership => membership.Member == member && membership.Inherits && all.Add(membership.Role)))
                next.Push(membership.Role);
        return all;
    }

    private Role RoleNamed(string name) => Catalogue.Roles.Values.FirstOrDefault(role => role.Name == name)
        ?? throw new InvalidOperationException($"There is no role '{name}'. Name the role that the application's statements run as with Roles(...).");
}
