namespace Patterns.RlsTesting;

/// <summary>Which columns say whose row it is.</summary>
internal static class TenantColumns
{
    /// <summary>The column that holds the tenant itself, if there is one.</summary>
    public static ColumnShape? Own(TableShape table, AuditPlan plan) => table.Column(plan.TenantColumn) ?? table.TenantKey;

    /// <summary>
    /// The foreign keys that an INSERT must fill: those whose columns are all required; and in a table that has no tenant of its own, and no required key to one that has, those that lead to a tenant.
    /// </summary>
    public static IReadOnlyList<ForeignKeyShape> Filled(TableShape table, AuditPlan plan)
    {
        var own = Own(table, plan);
        var required = table.ForeignKeys.Where(key => key.Columns.All(c => c.NotNull && !c.Generated)).ToList();
        if (own is null && !required.Exists(key => LeadsToTenant(key, plan)))
            required.AddRange(table.ForeignKeys.Where(key => key.Parent != table && LeadsToTenant(key, plan) && !key.Columns.Any(c => c.Generated)));
        return required;
    }

    /// <summary>The other foreign keys to other tables, which a row may do without.</summary>
    public static IReadOnlyList<ForeignKeyShape> Optional(TableShape table, AuditPlan plan) =>
        [.. table.ForeignKeys.Except(Filled(table, plan)).Where(key => key.Parent != table && !key.Columns.Any(c => c.Generated))];

    public static bool LeadsToTenant(ForeignKeyShape key, AuditPlan plan) => key.Parent.HasPolicy || Own(key.Parent, plan) is not null;
}
