using System.Collections.Frozen;

namespace Patterns.RlsTesting;

/// <summary>How the rows of one table are made for one tenant: which columns an INSERT names, and which of its candidates each one takes.</summary>
internal sealed class RowRecipe(TableShape table, string marker)
{
    private readonly Dictionary<string, int> _choices = new(StringComparer.Ordinal);
    private int _place;

    public int Number { get; set; }

    /// <summary>Whether foreign keys that may be NULL are filled too: a CHECK or a trigger may ask for them.</summary>
    public bool FillsOptional { get; set; }

    /// <summary>The tenant and the foreign keys.</summary>
    public IReadOnlyDictionary<string, string> Fixed { get; set; } = FrozenDictionary<string, string>.Empty;

    /// <summary>What the test says, by column name, as SQL; renewed for each row.</summary>
    public IReadOnlyDictionary<string, string> Told { get; set; } = FrozenDictionary<string, string>.Empty;

    public IReadOnlyDictionary<string, string> Compose()
    {
        var place = table.Places.Count > 0 ? table.Places[_place % table.Places.Count] : FrozenDictionary<string, string>.Empty;
        var row = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var column in table.Columns.Where(c => !c.Generated))
        {
            if (Told.TryGetValue(column.Name, out var value) || Fixed.TryGetValue(column.Name, out value) || place.TryGetValue(column.Name, out value))
                row.Add(column.Name, value);
            else if (_choices.TryGetValue(column.Name, out var choice) ? choice >= 0 : column.Required)
                row.Add(column.Name, Candidates(column)[Math.Max(choice, 0)]);
        }

        return row;
    }

    /// <summary>What takes back the changes that are made after this call.</summary>
    public Action Remember()
    {
        var (number, place, choices) = (Number, _place, _choices.ToList());
        return () =>
        {
            (Number, _place) = (number, place);
            _choices.Clear();
            foreach (var (column, choice) in choices)
                _choices[column] = choice;
        };
    }

    /// <summary>The other ways to fill the columns that a failure is about, each as a change to this recipe.</summary>
    public IReadOnlyList<Action> Variations(InsertAttempt failure) => failure switch
    {
        // No partition takes the row, or not this partition.
        { State: "23514", Constraint: "", Domain: "" } => [.. Enumerable.Range(1, Math.Max(table.Places.Count, 48)).Select<int, Action>(i => () => { _place += i % Math.Max(table.Places.Count, 1); Number += i; })],
        { State: "23514", Domain: not "" } => Combinations([.. table.Columns.Where(c => c.Domains.Contains(failure.Domain, StringComparer.Ordinal))]),
        { State: "23514" } => Combinations(table.Checks.FirstOrDefault(c => c.Name == failure.Constraint)?.Columns ?? []),
        { State: "23505" or "23P01" } => [.. Enumerable.Range(1, 8).Select<int, Action>(i => () => Number += 97 * (int)Math.Pow(7, i))],
        { State: "23502" } => Combinations([.. table.Columns.Where(c => c.Name == failure.Column)]),
        { State: ['2', '2', ..] } => Combinations([.. table.Columns.Where(c => c.Required && Candidates(c).Count > 1)]),
        _ => [],
    };

    private IReadOnlyList<Action> Combinations(IReadOnlyList<ColumnShape> columns)
    {
        var free = columns.Where(c => !c.Generated && !Told.ContainsKey(c.Name) && !Fixed.ContainsKey(c.Name)).Take(4).ToList();
        IEnumerable<(string Column, int Choice)[]> all = [[]];
        foreach (var column in free)
        {
            var choices = Enumerable.Range(column.Required ? 0 : -1, Candidates(column).Count + (column.Required ? 0 : 1)).ToList();
            all = all.SelectMany(_ => choices, (taken, choice) => taken.Append((column.Name, choice)).ToArray());
        }

        return [.. all.Where(c => c.Length > 0).Take(1_000).Select<(string Column, int Choice)[], Action>(combination => () =>
        {
            foreach (var (column, choice) in combination)
                _choices[column] = choice;
        })];
    }

    private IReadOnlyList<string> Candidates(ColumnShape column)
    {
        var hints = table.Checks.Where(c => c.Columns.Contains(column)).Select(c => c.Definition).Append(column.DomainChecks ?? "")
            .SelectMany(definition => CheckValues.For(column, definition, Number, marker))
            .ToList();
        var usual = ColumnValues.For(column, Number, marker);
        // A text that is compared with texts is one of them; a number that is compared with numbers is seldom exactly one.
        return column.Base is "int2" or "int4" or "int8" or "numeric" or "float4" or "float8" ? [.. usual, .. hints] : [.. hints, .. usual];
    }
}
