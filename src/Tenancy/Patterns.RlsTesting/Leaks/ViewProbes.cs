namespace Patterns.RlsTesting;

/// <summary>
/// Views that show another tenant's rows, or hide them with a WHERE of their own that a function in the query gets ahead of: without <c>security_barrier</c> and without a policy
/// beneath, the planner runs the cheapest condition first (PostgreSQL's documentation, "Rules and Privileges").
/// </summary>
internal static class ViewProbes
{
    public static IEnumerable<(ViewShape View, ProbeStatement Statement)> For(IReadOnlyList<ViewShape> views, Identity other, IReadOnlyList<(Fixture A, Fixture B)> rows, string marker, AuditPlan plan)
    {
        // What is in no row but the other tenant's: the text that its values were made with, and its ids.
        var needles = rows
            .SelectMany(r => r.B.Table.Columns.Where(c => c.Base == "uuid").Select(c => r.B.Values[c.Name]))
            .Except(rows.SelectMany(r => r.A.Values.Values), StringComparer.Ordinal)
            .OfType<string>()
            .Append(marker)
            .Append(Guid.TryParse(other.TenantId, out _) ? other.TenantId : marker)
            .Distinct(StringComparer.Ordinal);
        var sought = $"ARRAY[{SqlText.List(needles.Select(SqlText.Literal))}]::text[]";
        foreach (var view in views.Where(v => !plan.Shared.Contains(v.Display)))
        {
            var (value, wanted) = view.HasTenantColumn ? ("v." + SqlText.Identifier(plan.TenantColumn), $"ARRAY[{SqlText.Literal(other.TenantId)}]") : ("v", sought);
            var found = view.HasTenantColumn ? "s.shown = n" : "position(n IN s.shown) > 0";
            // OFFSET 0 keeps the condition outside: what it sees is what the view shows.
            yield return (view, new(ProbeCommand.Select, ProbeExpectation.NotReached,
                $"SELECT 1 FROM (SELECT {value}::text AS shown FROM {view.Sql} v OFFSET 0) s WHERE EXISTS (SELECT FROM unnest({wanted}) n WHERE {found}) LIMIT 1"));
            // Indexes are set aside: whether one happens to hide the row first is no protection.
            yield return (view, new(ProbeCommand.PushDown, ProbeExpectation.NotReached,
                $"SET LOCAL enable_indexscan = off; SET LOCAL enable_bitmapscan = off; SET LOCAL enable_indexonlyscan = off; SELECT count(*) FROM {view.Sql} v WHERE pg_temp.patterns_peek({value}, {wanted}, {view.HasTenantColumn}) HAVING count(*) < 0"));
        }
    }
}
