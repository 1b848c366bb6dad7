using System.Globalization;

namespace Patterns.RlsTesting;

/// <summary>The leak matrix: rows for both tenants, then every identity on every tenant table.</summary>
internal sealed class LeakProbes
{
    private readonly AuditPlan _plan;
    private readonly ProbeSession _session;
    private readonly SchemaShape _schema;
    private readonly FixtureBuilder _fixtures;
    private readonly Dictionary<uint, (Fixture A, Fixture B)> _rows = [];
    private readonly Dictionary<uint, FixtureFailure> _failures = [];
    private readonly Identity _nonexistent;

    private LeakProbes(AuditPlan plan, ProbeSession session, SchemaShape schema)
    {
        (_plan, _session, _schema) = (plan, session, schema);
        _fixtures = new(session, plan);
        (A, B) = plan.Identities!.Value;
        _nonexistent = A.ForTenant(Nobody(A.TenantId, B.TenantId));
    }

    public IEnumerable<TableShape> Tables => _schema.TenantTables(_plan);

    private Identity A { get; }

    private Identity B { get; }

    public static async Task<LeakMatrix> RunAsync(AuditPlan plan, CancellationToken ct)
    {
        var session = await ProbeSession.OpenAsync(plan, ct).ConfigureAwait(false);
        await using var _ = session.ConfigureAwait(false);
        var probes = await PrepareAsync(plan, session, ct).ConfigureAwait(false);
        return await probes.RunAsync(probes.Tables, views: true, ct).ConfigureAwait(false);
    }

    /// <summary>Reads the schema and puts the rows of both tenants in.</summary>
    public static async Task<LeakProbes> PrepareAsync(AuditPlan plan, ProbeSession session, CancellationToken ct)
    {
        var probes = new LeakProbes(plan, session, await ShapeReader.ReadAsync(session.Connection, plan, ct).ConfigureAwait(false));
        foreach (var table in probes.Tables.Where(t => t.Reachable))
        {
            var a = await probes._fixtures.MakeAsync(table, probes.A, ct).ConfigureAwait(false);
            var b = await probes._fixtures.MakeAsync(table, probes.B, ct).ConfigureAwait(false);
            if ((a.Failure ?? b.Failure) is { } failure)
                probes._failures.Add(table.Oid, failure);
            else
                probes._rows.Add(table.Oid, (a.Fixture!, b.Fixture!));
        }

        return probes;
    }

    public async Task<LeakMatrix> RunAsync(IEnumerable<TableShape> tables, bool views, CancellationToken ct)
    {
        var chosen = tables.ToList();
        var probes = chosen.Where(t => _failures.ContainsKey(t.Oid)).Select(Unbuildable).ToList();
        // Before any tenant was set on this connection the setting is not there at all; afterwards it is empty. Policies meet both.
        await AsAsync(ProbeIdentity.NoTenant, null, _plan.ApplicationRole).ConfigureAwait(false);
        await AsAsync(ProbeIdentity.A, A, A.Role ?? _plan.Application).ConfigureAwait(false);
        await AsAsync(ProbeIdentity.B, B, B.Role ?? _plan.Application).ConfigureAwait(false);
        await AsAsync(ProbeIdentity.Nonexistent, _nonexistent, _plan.ApplicationRole).ConfigureAwait(false);
        await AsAsync(ProbeIdentity.NoTenant, null, _plan.ApplicationRole).ConfigureAwait(false);
        if (_plan.Anonymous is not null)
            await AsAsync(ProbeIdentity.Anonymous, null, _plan.Anonymous).ConfigureAwait(false);
        return new(AcceptedLeaks.Apply(ProbeJudgement.Fold(probes), _plan.Ignored));

        async Task AsAsync(ProbeIdentity identity, Identity? who, string role)
        {
            var tried = chosen.SelectMany(table => Statements(identity, table)).ToList();
            if (views && identity == ProbeIdentity.A)
                tried.AddRange(ViewProbes.For(_schema.Views, B, [.. _rows.Values], _session.Marker(B), _plan).Select(v => (v.View.Display, v.Statement)));
            foreach (var part in tried.Chunk(512).Where(p => p.Length > 0))
            {
                var answers = await _session.RunAsync(who, role, [.. part.Select(p => p.Statement)], ct).ConfigureAwait(false);
                probes.AddRange(part.Zip(answers, (p, answer) => ProbeJudgement.Judge(p.Item1, identity, p.Statement, answer)));
            }
        }
    }

    private IEnumerable<(string Table, ProbeStatement Statement)> Statements(ProbeIdentity identity, TableShape table)
    {
        var statements = new ProbeStatements(table, _session.SeesAll, RemoveChildren);
        if (!_rows.TryGetValue(table.Oid, out var rows))
            return table.Reachable ? [] : statements.WithoutRows().Select(s => (table.Display, s));
        var (own, other) = identity == ProbeIdentity.B ? (rows.B, rows.A) : rows;
        return (identity is ProbeIdentity.A or ProbeIdentity.B ? statements.AsTenant(own, other) : statements.AsNobody(own, other)).Select(s => (table.Display, s));
    }

    /// <summary>Takes away the tenant's rows that point at this one, the furthest first, so that no foreign key stops a DELETE that policies would not.</summary>
    private string? RemoveChildren(Fixture fixture)
    {
        var found = new List<Fixture>();
        Collect(fixture.Table);
        return found.Count == 0 ? null : string.Join("; ", Enumerable.Reverse(found).Select(f => $"DELETE FROM {f.Table.Sql} WHERE {f.Key}"));

        void Collect(TableShape parent)
        {
            foreach (var (_, rows) in _rows.Where(r => r.Value.A.Table.ForeignKeys.Exists(k => k.Parent == parent)))
            {
                // Whose row it is shows by its own parent's: the pair is of the same tenants in the same order.
                var child = _rows[fixture.Table.Oid].A == fixture ? rows.A : rows.B;
                if (child.Table != fixture.Table && !found.Contains(child))
                {
                    found.Add(child);
                    Collect(child.Table);
                }
            }
        }
    }

    private Probe Unbuildable(TableShape table) => new(
        table.Display, ProbeCommand.Fixture, ProbeIdentity.A, ProbeExpectation.Reached, ProbeOutcome.Unbuildable, IsSafe: false, _failures[table.Oid].Describe(table.Display));

    /// <summary>A tenant of the same form as the two that exist.</summary>
    private static string Nobody(string a, string b)
    {
        if (Guid.TryParse(a, out _))
            return Guid.CreateVersion7().ToString();
        if (!long.TryParse(a, CultureInfo.InvariantCulture, out _))
            return "nobody-" + Guid.CreateVersion7().ToString("N"); // what differs is in front: a char(4) cuts the rest off
        return Enumerable.Range(31_000, 3).Select(n => n.ToString(CultureInfo.InvariantCulture)).First(n => n != a && n != b);
    }
}
