namespace Patterns.RlsTesting;

/// <summary>The statements that an identity tries on one table: on the rows that are not its own, and, as the control half, on the one that is.</summary>
internal sealed class ProbeStatements(TableShape table, bool seesAll, Func<Fixture, string?> removeChildren)
{
    private const ProbeExpectation Not = ProbeExpectation.NotReached;

    /// <summary>A tenant: <paramref name="own"/> is its row, <paramref name="other"/> that of the other tenant.</summary>
    public IReadOnlyList<ProbeStatement> AsTenant(Fixture own, Fixture other)
    {
        var statements = Foreign(own, [other]);
        foreach (var key in OthersKeys(own, other))
            statements.Add(new(ProbeCommand.InsertWithOthersId, Not, Insert(own, other, key.Columns)) { Telling = key.Whole && !key.Columns.Any(c => c.Base == "uuid") && !key.Columns.All(c => c.HasDefault) });
        if (other.Tenant.Count > 0)
            statements.Add(new(ProbeCommand.UpdateMove, Not, $"UPDATE {table.Sql} SET {Assign(other.Tenant)}") { Witness = table.Rewrites ? Witness([other]) : null });

        statements.Add(new(ProbeCommand.RowSecurityOff, Not, $"SET LOCAL row_security = off; SELECT 1 FROM {table.Sql} LIMIT 1"));

        var readable = KeyColumns(own).All(c => c.CanSelect);
        var (touch, touched) = Touch(own, steal: false);
        statements.Add(new(ProbeCommand.ReadOwn, Expect(readable), $"SELECT 1 FROM {table.Sql} WHERE {own.Key}"));
        statements.Add(new(ProbeCommand.InsertOwn, Expect(own.Spare.Keys.All(name => table.Column(name)!.CanInsert)), FixtureBuilder.Insert(table, own.Spare)));
        statements.Add(new(ProbeCommand.UpdateOwn, Expect(readable && touched), $"UPDATE {table.Sql} SET {touch} WHERE {own.Key}"));
        statements.Add(new(ProbeCommand.DeleteOwn, Expect(readable && table.CanDelete), $"DELETE FROM {table.Sql} WHERE {own.Key}") { Prelude = removeChildren(own) });
        return statements;
    }

    /// <summary>Nobody: no row is its own. What it inserts says that it is the first tenant's.</summary>
    public IReadOnlyList<ProbeStatement> AsNobody(Fixture a, Fixture b) => Foreign(b, [a, b]);

    /// <summary>Nobody, on a table that no role is granted anything on and that therefore needs no rows.</summary>
    public IReadOnlyList<ProbeStatement> WithoutRows() => [new(ProbeCommand.Count, Not, $"SELECT count(*) FROM {table.Sql} HAVING count(*) > 0")];

    private List<ProbeStatement> Foreign(Fixture self, IReadOnlyList<Fixture> others)
    {
        var rows = string.Join(" OR ", others.Select(other => $"({other.Key})"));
        var theirs = string.Join(" OR ", others.Select(other => $"({Theirs(other)})"));
        var victim = others[0];
        var (touch, _) = Touch(self, steal: true);
        var statements = new List<ProbeStatement>
        {
            new(ProbeCommand.Select, Not, $"SELECT 1 FROM {table.Sql} WHERE {rows}"),
            new(ProbeCommand.Count, Not, $"SELECT count(*) FROM {table.Sql} WHERE {theirs} HAVING count(*) > 0"),
            new(ProbeCommand.SelectForUpdate, Not, $"SELECT 1 FROM {table.Sql} WHERE {rows} FOR UPDATE"),
            new(ProbeCommand.InsertAsOther, Not, FixtureBuilder.Insert(table, victim.Spare)) { Witness = table.Rewrites ? Witness(others) : null },
            new(ProbeCommand.Update, Not, $"UPDATE {table.Sql} SET {touch} WHERE {rows}"),
            new(ProbeCommand.Delete, Not, $"DELETE FROM {table.Sql} WHERE {rows}"),
        };
        if ((Free(self, victim).FirstOrDefault() ?? Usable(victim).FirstOrDefault()?.Columns) is { } key)
        {
            statements.Add(new(ProbeCommand.InsertOnConflict, Not,
                $"{Insert(self, victim, key)} ON CONFLICT ({SqlText.List(key.Select(c => c.Sql))}) DO UPDATE SET {touch}") { Witness = table.Rewrites ? Witness(others) : null });
        }

        // Without a WHERE no SELECT policy applies, and an UPDATE or DELETE policy that lets too much pass shows.
        if (table.Columns.Find(c => c.CanSelect) is { } seen)
        {
            var always = $" WHERE ({seen.Sql} IS NULL) IS NOT NULL";
            var (update, delete) = ($"UPDATE {table.Sql} SET {touch}", $"DELETE FROM {table.Sql}");
            statements.Add(new(ProbeCommand.Update, Not, update) { Yardstick = update + always, Witness = Witness(others) });
            statements.Add(new(ProbeCommand.Delete, Not, delete) { Yardstick = delete + always, Prelude = removeChildren(self), Witness = Witness(others) });
        }

        return statements;
    }

    private static string Theirs(Fixture other) => other.Tenant.Count == 0 ? other.Key : string.Join(" AND ", other.Tenant.Select(t => $"{SqlText.Identifier(t.Key)} = {t.Value}"));

    /// <summary>What an UPDATE sets: where it may, whose row it is, so that a row that it reaches is stolen; otherwise a column of no importance.</summary>
    private (string Assignment, bool Granted) Touch(Fixture self, bool steal)
    {
        if (steal && self.Tenant.Count > 0 && self.Tenant.Keys.All(name => table.Column(name)!.CanUpdate))
            return (Assign(self.Tenant), true);
        var keys = table.Keys.SelectMany(k => k.Columns).Concat(table.ForeignKeys.SelectMany(k => k.Columns)).ToHashSet();
        var column = table.Columns
            .Where(c => !c.Generated)
            .OrderBy(c => c.AlwaysIdentity).ThenBy(c => !c.CanUpdate).ThenBy(c => self.Tenant.ContainsKey(c.Name)).ThenBy(c => table.PartitionKey.Contains(c.Number)).ThenBy(keys.Contains).ThenBy(c => c.Number)
            .First();
        return ($"{column.Sql} = {self.Literal(column)}", column.CanUpdate);
    }

    /// <summary>An INSERT of one's own row whose key is the other's.</summary>
    private string Insert(Fixture own, Fixture other, IReadOnlyList<ColumnShape> key)
    {
        var row = new Dictionary<string, string>(own.Spare, StringComparer.Ordinal);
        foreach (var column in key)
            row[column.Name] = other.Literal(column);
        return FixtureBuilder.Insert(table, row);
    }

    /// <summary>The unique keys that do not say whose row it is; where there is none, what the first says beside that.</summary>
    private List<(IReadOnlyList<ColumnShape> Columns, bool Whole)> OthersKeys(Fixture own, Fixture other)
    {
        var free = Free(own, other).Select(columns => (columns, true)).ToList();
        if (free.Count > 0 || Usable(other).FirstOrDefault() is not { } key)
            return free;
        IReadOnlyList<ColumnShape> rest = [.. key.Columns.Where(c => !own.Tenant.ContainsKey(c.Name))];
        return rest.Count > 0 ? [(rest, false)] : [];
    }

    private IEnumerable<IReadOnlyList<ColumnShape>> Free(Fixture own, Fixture other) => Usable(other).Select(k => k.Columns).Where(columns => !columns.Any(c => own.Tenant.ContainsKey(c.Name)));

    private IEnumerable<KeyShape> Usable(Fixture other) => table.Keys.Where(k => k.Columns.All(c => !c.Generated && other.Values[c.Name] is not null));

    private static IReadOnlyList<ColumnShape> KeyColumns(Fixture own) => own.Table.PrimaryKey?.Columns ?? own.Table.Columns;

    /// <summary>The other tenants' rows, which only an administrator that no policy applies to can look at.</summary>
    private string? Witness(IReadOnlyList<Fixture> others) => !seesAll ? null
        : $"SELECT md5(string_agg(t::text, ',' ORDER BY t::text COLLATE \"C\")) FROM {table.Sql} t WHERE {string.Join(" OR ", others.Select(other => $"({Theirs(other)})"))}";

    private static string Assign(IReadOnlyDictionary<string, string> values) => SqlText.List(values.Select(v => $"{SqlText.Identifier(v.Key)} = {v.Value}"));

    private static ProbeExpectation Expect(bool granted) => granted ? ProbeExpectation.Reached : Not;
}
