using System.Text;

namespace Patterns.RlsTesting;

/// <summary>What decides who sees which rows, as text: sorted, without numbers of the database's own, and without its name.</summary>
internal static class CatalogueSnapshot
{
    public static async Task<string> TakeAsync(AuditPlan plan, CancellationToken ct)
    {
        var inventory = new Inventory(await CatalogueReader.ReadAsync(plan.Admin, ct).ConfigureAwait(false), plan);
        var text = new StringBuilder();
        Section(text, "roles", inventory.Roles.Select(role => Role(role, inventory)));
        Section(text, "schemas", plan.Schemas.Order(StringComparer.Ordinal).Select(schema => $"{SqlText.Name(schema)}{Grants(inventory.Catalogue.Schemas[schema], inventory)}"));
        Section(text, "relations", inventory.Relations.Where(inventory.IsReached).Select(relation => Relation(relation, inventory)));
        Section(text, "security definer routines", inventory.Routines.Where(routine => routine.IsTrigger || inventory.IsReached(routine)).Select(routine => Routine(routine, inventory)));
        Section(text, "default privileges on tables", inventory.Catalogue.DefaultGrants
            .Where(grant => inventory.IsApplications(grant.Grantee) && (grant.Schema is null || inventory.HasSchema(grant.Schema)))
            .Select(grant => $"{inventory.RoleName(grant.Creator)}{(grant.Schema is { } schema ? $" in {SqlText.Name(schema)}" : "")}: {grant.Privilege} to {inventory.RoleName(grant.Grantee)}"));
        Section(text, "findings", CatalogueLint.Findings(inventory, plan).Select(static finding => $"{finding.Rule} {finding.Object}"));
        Section(text, "ignored", plan.Ignored.Select(static ignored => $"{ignored.Rule} {ignored.Object}: {ignored.Because}"));
        return text.ToString();
    }

    private static void Section(StringBuilder text, string title, IEnumerable<string> entries)
    {
        text.Append(title).Append('\n');
        foreach (var entry in entries.Order(StringComparer.Ordinal))
            text.Append("  ").Append(entry.Replace("\n", "\n    ", StringComparison.Ordinal)).Append('\n');
    }

    private static string Role(Role role, Inventory inventory)
    {
        var memberships = inventory.Catalogue.Memberships.Where(membership => membership.Member == role.Oid)
            .Select(membership => $"\nmember of {inventory.RoleName(membership.Role)}{(membership.Inherits ? ", inherits" : "")}{(membership.MaySet ? ", may set" : "")}").Order(StringComparer.Ordinal);
        return $"{SqlText.Name(role.Name)}: {(role == inventory.Application ? "application" : "anonymous")}{(role.CanLogin ? ", login" : "")}{(role.IsSuperuser ? ", superuser" : "")}{(role.BypassesRls ? ", bypassrls" : "")}{string.Concat(memberships)}";
    }

    private static string Relation(Relation relation, Inventory inventory)
    {
        var kind = relation.Kind switch { 'v' => "view", 'm' => "materialized view", 'f' => "foreign table", 'S' => "sequence", 'p' => "partitioned table", _ => "table" };
        var text = new StringBuilder().Append(relation.Name).Append(": ").Append(kind);
        if (relation.Parent is { } parent && inventory.Catalogue.Relations.TryGetValue(parent, out var whole)) text.Append(" that is a partition of ").Append(whole.Name);
        if (inventory.IsShared(relation)) text.Append(", shared");
        if (relation.Kind == 'v') text.Append(relation.IsSecurityInvoker ? ", as whoever reads it" : ", as its owner");
        if (relation.IsTable) text.Append(", row-level security ").Append(relation.RowSecurity ? relation.ForcesRowSecurity ? "forced" : "on" : "off");
        if (relation.Columns.FirstOrDefault(column => column.Name == inventory.TenantColumn) is { } tenant && relation.IsTable) text.Append($", {SqlText.Name(tenant.Name)} {tenant.Type}{(tenant.IsNullable ? "" : " not null")}");
        text.Append(Grants(relation, inventory));
        foreach (var policy in relation.Policies.OrderBy(static policy => policy.Name, StringComparer.Ordinal))
        {
            text.Append($"\npolicy {SqlText.Name(policy.Name)}: {(policy.IsPermissive ? "permissive" : "restrictive")} {policy.CommandText} to {inventory.RoleNames(policy.Roles)}");
            if (policy.Using is { } rows) text.Append("\n  using ").Append(OneLine(rows.Text));
            if (policy.Check is { } check) text.Append("\n  check ").Append(OneLine(check.Text));
        }

        foreach (var publication in relation.Publications.OrderBy(static publication => publication.Name, StringComparer.Ordinal))
            text.Append($"\npublished by {SqlText.Name(publication.Name)}{(publication.IsFiltered ? " with a row filter" : "")}");
        return text.ToString();
    }

    private static string Routine(Routine routine, Inventory inventory) => $"{routine.Signature}: search_path {routine.SearchPath ?? "of the caller"}{Grants(routine, inventory)}";

    // Those of the application's roles and of PUBLIC; of several on one grantee, one line.
    private static string Grants(Securable target, Inventory inventory) => $"\nowner {inventory.RoleName(target.Owner)}" + string.Concat(target.Grants
        .Where(grant => grant.Grantee != target.Owner && inventory.IsApplications(grant.Grantee))
        .GroupBy(static grant => grant.Grantee)
        .Select(grants => $"\ngrant {string.Join(", ", grants.Select(static grant => grant.Column is null ? grant.Privilege : $"{grant.Privilege} ({grant.Column})").Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))} to {inventory.RoleName(grants.Key)}")
        .Order(StringComparer.Ordinal));

    private static string OneLine(string expression) => string.Join(' ', expression.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries));
}
