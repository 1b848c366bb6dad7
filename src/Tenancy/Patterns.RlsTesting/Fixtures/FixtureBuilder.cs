using System.Globalization;

namespace Patterns.RlsTesting;

/// <summary>Puts a row for each tenant into the tables, parents first, with values guessed from types and constraints; the server says whether they serve.</summary>
internal sealed class FixtureBuilder(ProbeSession session, AuditPlan plan)
{
    private readonly Dictionary<(uint Table, string Tenant), Made> _made = [];
    private readonly HashSet<uint> _making = [];
    private readonly Dictionary<uint, int> _numbers = [];

    /// <summary>The row of a tenant in a table, made at the first call.</summary>
    public async Task<Made> MakeAsync(TableShape table, Identity tenant, CancellationToken ct)
    {
        if (_made.TryGetValue((table.Oid, tenant.TenantId), out var made))
            return made;
        if (!_making.Add(table.Oid))
            return new(null, new(null, "its required foreign keys form a circle: no row can be the first"));
        made = await BuildAsync(table, tenant, ct).ConfigureAwait(false);
        _making.Remove(table.Oid);
        return _made[(table.Oid, tenant.TenantId)] = made;
    }

    private async Task<Made> BuildAsync(TableShape table, Identity tenant, CancellationToken ct)
    {
        var recipe = new RowRecipe(table, session.Marker(tenant));
        if (await NumberAsync(recipe, table, tenant, ct).ConfigureAwait(false) is { } orphan)
            return new(null, orphan);

        var attempt = await InsertAsync(table, tenant, recipe, keep: true, ct).ConfigureAwait(false);
        if (!attempt.Succeeded && TenantColumns.Optional(table, plan).Count > 0)
        {
            recipe.FillsOptional = true;
            await NumberAsync(recipe, table, tenant, ct).ConfigureAwait(false);
            attempt = await InsertAsync(table, tenant, recipe, keep: true, ct).ConfigureAwait(false);
        }

        if (!attempt.Succeeded && await ExistingAsync(table, tenant, ct).ConfigureAwait(false) is { } existing)
            attempt = existing;
        if (!attempt.Succeeded)
            return new(null, Failure(table, attempt));

        var values = table.Columns.Select((column, i) => (column.Name, Value: attempt.Row![i])).ToDictionary(p => p.Name, p => p.Value, StringComparer.Ordinal);
        var place = $"tableoid = {attempt.Row![^2]} AND ctid = '{attempt.Row[^1]}'";
        // Whether one more row can be made is tried too, so that a refusal later on is not the fault of the row; where there can be only one, a unique key refuses it, which is well.
        await NumberAsync(recipe, table, tenant, ct).ConfigureAwait(false);
        await InsertAsync(table, tenant, recipe, keep: false, ct).ConfigureAwait(false);
        return new(new(table, values, place, recipe.Compose(), Tenant(recipe, table, tenant)), null);
    }

    /// <summary>Gives the recipe the next row's number, and with it what the test says for it, the tenant and the parents' keys.</summary>
    private async Task<FixtureFailure?> NumberAsync(RowRecipe recipe, TableShape table, Identity tenant, CancellationToken ct)
    {
        var number = _numbers[table.Oid] = _numbers.GetValueOrDefault(table.Oid) + 1;
        recipe.Number += recipe.Number == 0 ? number : 1_000 + number;
        recipe.Told = await ToldAsync(table, tenant, number, ct).ConfigureAwait(false);
        var given = new Dictionary<string, string>(StringComparer.Ordinal);
        if (TenantColumns.Own(table, plan) is { } own)
            given[own.Name] = SqlText.Literal(tenant.TenantId, own.Type);
        var optional = recipe.FillsOptional ? TenantColumns.Optional(table, plan) : [];
        foreach (var key in TenantColumns.Filled(table, plan).Concat(optional).Where(key => !key.Columns.All(c => recipe.Told.ContainsKey(c.Name))))
        {
            if (key.Parent == table)
            {
                // The first row of a hierarchy is its own parent.
                foreach (var (column, parent) in key.Columns.Zip(key.ParentColumns))
                    given[column.Name] = given[parent.Name] = given.GetValueOrDefault(parent.Name) ?? ColumnValues.For(parent, recipe.Number, session.Marker(tenant))[0];
                continue;
            }

            var made = await MakeAsync(key.Parent, tenant, ct).ConfigureAwait(false);
            if (made.Fixture is null && optional.Contains(key))
                continue;
            if (made.Fixture is null)
                return new(null, $"no row of {key.Parent.Display}, which {key.Name} asks for: {made.Failure!.Describe(key.Parent.Display)}");
            foreach (var (column, parent) in key.Columns.Zip(key.ParentColumns))
                given.TryAdd(column.Name, made.Fixture.Literal(parent));
        }

        recipe.Fixed = given;
        return null;
    }

    private async Task<IReadOnlyDictionary<string, string>> ToldAsync(TableShape table, Identity tenant, int number, CancellationToken ct)
    {
        var told = new Dictionary<string, string>(StringComparer.Ordinal);
        if (!plan.Fixtures.TryGetValue(table.Display, out var tell))
            return told;
        var row = new FixtureRow(tenant.TenantId, number);
        tell(row);
        var texts = await session.TextsAsync([.. row.Values.Values], ct).ConfigureAwait(false);
        foreach (var (name, text) in row.Values.Keys.Zip(texts))
        {
            var column = table.Column(name) ?? throw new ArgumentException($"With(\"{table.Display}\", ...) names the column '{name}', which the table does not have.", nameof(table));
            told[name] = SqlText.Literal(text, column.Type);
        }

        return told;
    }

    private Dictionary<string, string> Tenant(RowRecipe recipe, TableShape table, Identity tenant)
    {
        var all = recipe.Compose();
        var names = TenantColumns.Own(table, plan) is { } own ? [own.Name]
            : TenantColumns.Filled(table, plan).Where(key => key.Parent != table && TenantColumns.LeadsToTenant(key, plan)).SelectMany(key => key.Columns).Select(c => c.Name).ToHashSet(StringComparer.Ordinal);
        if (names.Count == 0)
            names = [.. recipe.Told.Where(t => t.Value == SqlText.Literal(tenant.TenantId, table.Column(t.Key)!.Type)).Select(t => t.Key)];
        return names.Where(all.ContainsKey).ToDictionary(name => name, name => all[name], StringComparer.Ordinal);
    }

    private static List<(Action Take, IReadOnlyDictionary<string, string> Row)> Variations(RowRecipe recipe, InsertAttempt failure)
    {
        var rows = new List<(Action, IReadOnlyDictionary<string, string>)>();
        foreach (var take in recipe.Variations(failure))
        {
            var restore = recipe.Remember();
            take();
            rows.Add((take, recipe.Compose()));
            restore();
        }

        return rows;
    }

    /// <summary>Inserts what the recipe makes, and changes the recipe for as long as the server gets further with it.</summary>
    private async Task<InsertAttempt> InsertAsync(TableShape table, Identity tenant, RowRecipe recipe, bool keep, CancellationToken ct)
    {
        var attempt = await session.InsertAsync(tenant, [Statement(recipe.Compose())], past: "", keep, ct).ConfigureAwait(false);
        for (var round = 0; !attempt.Succeeded && round < 12; round++)
        {
            var variations = Variations(recipe, attempt);
            if (variations.Count == 0)
                break;
            var next = await session.InsertAsync(tenant, [.. variations.Select(v => Statement(v.Row))], attempt.Kind, keep, ct).ConfigureAwait(false);
            if (!next.Succeeded && next.Kind == attempt.Kind)
                break;
            variations[next.Chosen].Take();
            attempt = next;
        }

        return attempt;

        string Statement(IReadOnlyDictionary<string, string> row) => Insert(table, row) + " RETURNING " + Everything(table);
    }

    /// <summary>One row may be all that a table takes for a tenant, and it may be there already.</summary>
    private async Task<InsertAttempt?> ExistingAsync(TableShape table, Identity tenant, CancellationToken ct)
    {
        var own = TenantColumns.Own(table, plan);
        if (own is null && table.HasPolicy)
            return null;
        var where = own is null ? "" : $" WHERE {own.Sql} = {SqlText.Literal(tenant.TenantId, own.Type)}";
        var found = await session.InsertAsync(tenant, [$"SELECT {Everything(table)} FROM {table.Sql}{where} LIMIT 1"], past: "", keep: true, ct).ConfigureAwait(false);
        return found.Succeeded ? found : null;
    }

    /// <summary>An INSERT of the values, identity columns included.</summary>
    public static string Insert(TableShape table, IReadOnlyDictionary<string, string> row) => row.Count == 0
        ? $"INSERT INTO {table.Sql} DEFAULT VALUES"
        : $"INSERT INTO {table.Sql} ({SqlText.List(row.Keys.Select(SqlText.Identifier))}) OVERRIDING SYSTEM VALUE VALUES ({SqlText.List(row.Values)})";

    private static string Everything(TableShape table) => $"ARRAY[{SqlText.List([.. table.Columns.Select(c => c.Sql + "::text"), "tableoid::oid::text", "ctid::text"])}]";

    private static FixtureFailure Failure(TableShape table, InsertAttempt attempt)
    {
        var column = attempt.Column.Length > 0 ? attempt.Column
            : attempt.Domain.Length > 0 ? table.Columns.FirstOrDefault(c => c.Domains.Contains(attempt.Domain, StringComparer.Ordinal))?.Name
            : table.Checks.FirstOrDefault(c => c.Name == attempt.Constraint)?.Columns.Select(c => c.Name).FirstOrDefault()
            ?? table.ForeignKeys.FirstOrDefault(k => k.Name == attempt.Constraint)?.Columns.Select(c => c.Name).LastOrDefault();
        var message = attempt.Succeeded || attempt.State == "00000" ? "a trigger or rule kept the row out" : string.Create(CultureInfo.InvariantCulture, $"{attempt.Message} ({attempt.State})");
        return new(column, table.Partitioned && table.Places.Count == 0 ? $"{message}; it has no partition" : message);
    }

    /// <summary>A row, or why there is none.</summary>
    internal sealed record Made(Fixture? Fixture, FixtureFailure? Failure);
}
