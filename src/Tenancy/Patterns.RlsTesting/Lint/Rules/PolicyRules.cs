namespace Patterns.RlsTesting;

/// <summary>What policies say, and what they say together.</summary>
internal static class PolicyRules
{
    private static readonly string[] UserWritable = ["user_metadata", "raw_user_meta_data"];

    public static IEnumerable<Sighting> AlwaysTrue(Inventory inventory) =>
        from place in Policies(inventory)
        where !IsPinned(place)
        let open = Parts(place.Policy).Where(part => part.Expression.IsAlwaysTrue(place.Table)).ToList()
        where open.Count > 0
        select new Sighting(
            place.Name,
            $"{place.Kind} that lets every row through by {string.Join(" and ", open.Select(static part => $"{part.Clause} {SqlText.Parenthesised(part.Expression.Text)}"))}{(place.Policy.IsPermissive ? ", and no RESTRICTIVE policy confines it to one tenant" : ": it restricts nothing")}.",
            place.Inventory.Pin(place.Table) is { } pin && place.Inventory.HasTenantColumn(place.Table)
                ? place.Alter(open.Select(part => (part.Clause, pin)))
                : SqlText.Decision("drop it, say which roles it is for (one with BYPASSRLS needs none), or compare the row with the tenant of the transaction."));

    public static IEnumerable<Sighting> WithoutTenant(Inventory inventory) =>
        from place in Policies(inventory)
        where place.Policy.IsPermissive && inventory.HasTenantColumn(place.Table) && !IsPinned(place)
        let open = Parts(place.Policy)
            .Where(part => !part.Expression.IsAlwaysTrue(place.Table))
            .Select(part => (part.Clause, part.Expression.Text, Hole: part.Expression.Unconstrained(place.Table, inventory.TenantColumn)))
            .Where(static part => part.Hole is not null).ToList()
        where open.Count > 0
        select new Sighting(
            place.Name,
            $"{place.Kind} that lets rows of every tenant through by {string.Join(" and by ", open.Select(static part => $"{part.Clause} {SqlText.Parenthesised(part.Hole!)}"))}: there {inventory.TenantColumn} is compared with nothing.",
            inventory.Pin(place.Table) is { } pin
                ? place.Alter(open.Select(part => (part.Clause, $"{SqlText.Parenthesised(pin)} AND {SqlText.Parenthesised(part.Text)}")))
                : SqlText.Decision($"compare {inventory.TenantColumn} with the tenant of the transaction in every alternative, or add a RESTRICTIVE policy that does."));

    public static IEnumerable<Sighting> WithoutCheck(Inventory inventory) =>
        from place in Policies(inventory)
        where place.Policy is { Command: '*' or 'w', Check: null, Using: not null } && !place.Policy.Using!.IsAlwaysTrue(place.Table)
        select new Sighting(
            place.Name,
            $"{place.Kind} without WITH CHECK: new rows are held to its USING only as long as nobody widens that to show more.",
            place.Alter([("WITH CHECK", place.Policy.Using!.Text)]));

    public static IEnumerable<Sighting> Widen(Inventory inventory) =>
        from table in inventory.TenantTables
        let several = (
            from role in inventory.Roles
            from command in Policy.Commands
            let policies = table.Policies.Where(policy => policy.IsPermissive && policy.Covers.Contains(command, StringComparison.Ordinal) && inventory.IsFor(policy, role)).ToList()
            where policies.Count > 1 && !inventory.IsPinned(table, command, role)
            select (Command: command, Role: role, Policies: policies)).ToList()
        where several.Count > 0
        select new Sighting(
            table.Name,
            $"A row is let through as soon as one of several PERMISSIVE policies does, and no RESTRICTIVE one confines them to a tenant: {string.Join("; ", several.Select(static group => $"{Policy.Text(group.Command)} as {SqlText.Name(group.Role.Name)} by {SqlText.Names(group.Policies.Select(static policy => policy.Name))}"))}.",
            inventory.Pin(table) is { } pin && inventory.HasTenantColumn(table)
                ? $"CREATE POLICY {table.Derived("one_tenant")} ON {table.Name} AS RESTRICTIVE USING {SqlText.Parenthesised(pin)} WITH CHECK {SqlText.Parenthesised(pin)};"
                : SqlText.Decision("join them into one policy for each command, or add a RESTRICTIVE one that compares the row with the tenant of the transaction."));

    public static IEnumerable<Sighting> UserMetadata(Inventory inventory) =>
        from place in Policies(inventory)
        let word = UserWritable.FirstOrDefault(word => Parts(place.Policy).Any(part => part.Expression.Mentions(word)))
        where word is not null
        select new Sighting(
            place.Name,
            $"{place.Kind} that believes {word}, which users write themselves.",
            SqlText.Decision("read it from app_metadata (raw_app_meta_data), which only the server writes, or from a table."));

    public static IEnumerable<Sighting> FunctionPerRow(Inventory inventory) =>
        from place in Policies(inventory)
        let parts = Parts(place.Policy).Select(part => (part.Clause, part.Expression, Calls: part.Expression.UnwrappedCalls(place.Table, inventory.Catalogue.Functions))).ToList()
        let wrappable = parts.Where(static part => part.Calls.Wrappable.Count > 0).ToList()
        let perRow = parts.SelectMany(static part => part.Calls.PerRow.Select(call => part.Expression.Text[call.Start..call.End])).Distinct(StringComparer.Ordinal).ToList()
        where wrappable.Count + perRow.Count > 0
        select new Sighting(
            place.Name,
            $"It calls {string.Join(", ", wrappable.SelectMany(static part => part.Calls.Wrappable.Select(call => part.Expression.Text[call.Start..call.End])).Concat(perRow).Distinct(StringComparer.Ordinal))} for every row.",
            SqlText.Script([
                .. wrappable.Count > 0 ? [place.Alter(wrappable.Select(static part => (part.Clause, part.Expression.Wrapped(part.Calls.Wrappable)))).TrimEnd(';')] : Array.Empty<string>(),
                .. perRow.Select(call => SqlText.Decision($"{call} depends on the row: compare the row's column with what a function without arguments returns, such as {inventory.TenantColumn} IN (SELECT ...)."))]));

    private static IEnumerable<PolicyPlace> Policies(Inventory inventory) =>
        from table in inventory.TenantTables
        from policy in table.Policies
        where inventory.Roles.Any(role => inventory.IsFor(policy, role))
        select new PolicyPlace(inventory, table, policy);

    private static IEnumerable<(string Clause, PolicyExpression Expression)> Parts(Policy policy)
    {
        if (policy.Using is { } rows) yield return ("USING", rows);
        if (policy.Check is { } check) yield return ("WITH CHECK", check);
    }

    private static bool IsPinned(PolicyPlace place) => place.Policy.IsPermissive
        && place.Inventory.Roles.Where(role => place.Inventory.IsFor(place.Policy, role)).All(role => place.Policy.Covers.All(command => place.Inventory.IsPinned(place.Table, command, role)));
}
