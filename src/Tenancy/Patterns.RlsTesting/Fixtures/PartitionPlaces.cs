using System.Text.RegularExpressions;

namespace Patterns.RlsTesting;

/// <summary>Reads from the bounds of partitions, as <c>pg_get_expr(relpartbound)</c> prints them, which values lead into them.</summary>
internal static partial class PartitionPlaces
{
    public static void Fill(IReadOnlyDictionary<uint, TableShape> tables)
    {
        foreach (var table in tables.Values.Where(t => t.Partitioned || t.PartitionOf is not null))
        {
            table.Places = [.. tables.Values
                .Where(leaf => !leaf.Partitioned && leaf.PartitionOf is not null && Path(leaf, tables).Contains(table))
                .OrderBy(leaf => leaf.Display, StringComparer.Ordinal)
                .SelectMany(leaf => To(leaf, tables))];
        }
    }

    private static IEnumerable<TableShape> Path(TableShape leaf, IReadOnlyDictionary<uint, TableShape> tables)
    {
        for (var at = leaf; ; at = tables[at.PartitionOf.Value])
        {
            yield return at;
            if (at.PartitionOf is null)
                yield break;
        }
    }

    private static IEnumerable<IReadOnlyDictionary<string, string>> To(TableShape leaf, IReadOnlyDictionary<uint, TableShape> tables)
    {
        IEnumerable<Dictionary<string, string>> places = [new(StringComparer.Ordinal)];
        foreach (var step in Path(leaf, tables).Where(t => t.PartitionOf is not null))
        {
            var bounds = Within(step.Bound ?? "", tables[step.PartitionOf!.Value]);
            places = places.SelectMany(place => bounds.Select(bound => new Dictionary<string, string>(bound.Concat(place).DistinctBy(p => p.Key, StringComparer.Ordinal), StringComparer.Ordinal)));
        }

        return places;
    }

    private static List<Dictionary<string, string>> Within(string bound, TableShape parent)
    {
        var key = parent.PartitionKey.Select(number => number == 0 ? null : parent.Column(number)).ToList();
        if (bound.StartsWith("FOR VALUES IN ", StringComparison.Ordinal) && key is [{ } listed])
            return [.. Values(bound).Where(v => v != "NULL").Select(v => Place((listed, Typed(v, listed))))];
        if (bound.StartsWith("FOR VALUES FROM ", StringComparison.Ordinal))
        {
            var end = bound.IndexOf(") TO (", StringComparison.Ordinal);
            var (from, to) = (Values(bound[..(end + 1)]), Values(bound[end..]));
            return [Place([.. key.Zip(from, to).Where(p => p.First is not null).Select(p => (p.First!, Least(p.First!, p.Second, p.Third)))])];
        }

        // A default partition takes anything; in which hash partition a value lands is not to be guessed, but it always lands in one.
        return [Place()];
    }

    private static Dictionary<string, string> Place(params (ColumnShape Column, string Value)[] values) => values.ToDictionary(v => v.Column.Name, v => v.Value, StringComparer.Ordinal);

    private static string Least(ColumnShape column, string from, string to) => (from, to) switch
    {
        _ when column.Base == "uuid" => Uuid(column, from, to),
        ("MINVALUE", "MAXVALUE") => Typed("0", column),
        ("MINVALUE", _) when column.Base is "date" or "timestamp" or "timestamptz" => $"({Typed(to, column)} - interval '1 day')::{column.Type}",
        ("MINVALUE", _) when column.Base is "int2" or "int4" or "int8" or "numeric" or "float4" or "float8" => $"({Typed(to, column)} - 1)::{column.Type}",
        ("MINVALUE", _) => Typed("''", column),
        _ => Typed(from, column),
    };

    /// <summary>Another one for each row, since it may be the row's whole key: of version 7 at the first moment between the bounds, and where that does not fit, the lower bound.</summary>
    private static string Uuid(ColumnShape column, string from, string to)
    {
        var least = from == "MINVALUE" ? Guid.Empty.ToString() : from.Trim('\'');
        var begin = least[.."00000000-0000-".Length] + "7000-8000-";
        var fits = string.CompareOrdinal(begin, least) >= 0 && (to == "MAXVALUE" || string.CompareOrdinal(begin + "ffffffffffff", to.Trim('\'')) < 0);
        return fits ? $"('{begin}' || lpad(to_hex((random() * 281474976710655)::bigint), 12, '0'))::{column.Type}" : Typed($"'{least}'", column);
    }

    private static string Typed(string printed, ColumnShape column) => $"{printed}::{column.Type}";

    private static List<string> Values(string list) => [.. Printed().Matches(list[list.IndexOf('(', StringComparison.Ordinal)..]).Select(m => m.Value)];

    [GeneratedRegex("'(?:[^']|'')*'|[^\\s,()]+", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Printed();
}
