namespace Patterns.RlsTesting;

/// <summary>The chosen schemas, and the tables elsewhere that theirs need rows in.</summary>
internal sealed record SchemaShape(IReadOnlyList<TableShape> Tables, IReadOnlyList<ViewShape> Views)
{
    /// <summary>The tables whose rows belong to tenants: with the tenant column or a policy, and not declared as shared.</summary>
    public IEnumerable<TableShape> TenantTables(AuditPlan plan) => Tables
        .Where(t => t.Named && (t.HasPolicy || t.Column(plan.TenantColumn) is not null) && !plan.Shared.Contains(t.Display))
        .OrderBy(t => t.Display, StringComparer.Ordinal);
}
