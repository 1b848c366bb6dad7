using System.Globalization;

namespace Patterns.RlsTesting;

/// <summary>Values that a column may take, by its type: the likeliest first, others for constraints that refuse it.</summary>
internal static class ColumnValues
{
    // Of the users' database, whose partitions lie around its own today.
    private const string Today = "'now'::timestamptz";

    private static readonly string[] Formats =
    [
        "a", "A", "ab", "AB", "abc", "ABC", "1", "123", "12345", "a1", "A1", "a-b", "a_b", "a.b", "a/b", "/a", "+15551234567", "https://example.com", "example.com", "2020-01-01", "#aabbcc", "1.0.0",
        "127.0.0.1", "en-US", "Europe/Berlin", "00000000-0000-4000-8000-000000000001",
    ];

    private static readonly int[] Lengths = [4, 1, 8, 12, 16, 20, 24, 32, 48, 64];

    /// <param name="column">The column.</param>
    /// <param name="number">Differs between the rows of a table in one run: what is unique is made of it.</param>
    /// <param name="marker">A short text that no row of another tenant contains.</param>
    /// <returns>SQL expressions of the column's type.</returns>
    public static IReadOnlyList<string> For(ColumnShape column, int number, string marker)
    {
        var n = number + column.Number;
        var day = $"interval '{n} days'";
        string[] texts = column.Base switch
        {
            "text" or "varchar" or "bpchar" or "citext" or "name" or "char" => Texts(column, number, marker),
            "int2" or "int4" or "int8" or "oid" or "money" => Numbers(n, number),
            "float4" or "float8" => [.. Numbers(n, number), "0.5"],
            "numeric" => Decimals(column, n, number),
            "bool" => ["false", "true"],
            "uuid" => [Guid.CreateVersion7().ToString()],
            "bytea" => [.. Lengths.Select(length => "\\x" + Padded(Hex(number), length * 2, '0'))],
            "json" or "jsonb" => ["{}", "[]", "\"a\"", "1"],
            "xml" => ["<a/>"],
            "inet" => [$"10.{n / 250 % 250}.{n % 250}.1"],
            "cidr" => [$"10.{n / 250 % 250}.{n % 250}.0/24"],
            "macaddr" => [$"08:00:2b:01:{n / 250 % 250:x2}:{n % 250:x2}"],
            "macaddr8" => [$"08:00:2b:01:02:03:{n / 250 % 250:x2}:{n % 250:x2}"],
            "bit" or "varbit" => [new string('0', Math.Max(column.Modifier, 1)), new string('1', Math.Max(column.Modifier, 1))],
            "time" or "timetz" => [$"{n % 24:00}:00:00", "00:00:00", "12:00:00"],
            "interval" => [$"{n} hours", "0", "1 second", "1 year"],
            "point" => [$"({n},{n})"],
            "box" or "lseg" => [$"(({n},{n}),({n + 1},{n + 1}))"],
            "path" or "polygon" => [$"((0,0),({n},0),({n},{n}))"],
            "circle" => [$"<({n},{n}),1>"],
            "line" => [$"{{1,-1,{n}}}"],
            "tsvector" or "tsquery" => [marker],
            "ltree" or "lquery" or "ltxtquery" => [marker],
            "hstore" => [""],
            "vector" or "halfvec" => [$"[{string.Join(',', Enumerable.Repeat("1", Math.Max(column.Modifier, 1)))}]"],
            "sparsevec" => [$"{{1:1}}/{Math.Max(column.Modifier, 1)}"],
            "geometry" or "geography" => [$"SRID=4326;POINT({n % 90} {n % 90})", $"POINT({n % 90} {n % 90})"],
            "pg_lsn" => [$"0/{n:X}"],
            "jsonpath" => ["$"],
            "xid" or "xid8" or "cid" => [n.ToString(CultureInfo.InvariantCulture)],
            "regclass" => ["pg_class"],
            "regtype" => ["text"],
            "regrole" => ["pg_monitor"],
            "regproc" => ["now"],
            "regconfig" => ["simple"],
            _ => [],
        };
        if (column.Labels.Count > 0)
            texts = [.. column.Labels];
        else if (column.Base is "date" or "timestamp" or "timestamptz")
            return [.. new[] { $"{Today} + {day}", $"{Today} - {day}", Today, "'infinity'", "'2000-01-01'" }.Select(expression => $"({expression})::{column.Type}")];
        else if (column.Base.EndsWith("[]", StringComparison.Ordinal))
            return Arrays(column, number, marker);
        else if (column.Attributes > 0)
            texts = ["(" + new string(',', column.Attributes - 1) + ")"];
        else if (texts.Length == 0)
            texts = column.Subtype is { } bound ? Ranges(column, bound, n) : [n.ToString(CultureInfo.InvariantCulture), marker, "", "{}", "[]", "()"];
        return [.. texts.Select(text => SqlText.Literal(text, column.Type))];
    }

    /// <summary>A text of a given length, for CHECKs on it.</summary>
    public static string OfLength(ColumnShape column, int length, int number, string marker) => SqlText.Literal(
        column.Base == "bytea" ? "\\x" + Padded(Hex(number), length * 2, '0') : Shortened(marker, number.ToString("x", CultureInfo.InvariantCulture), length),
        column.Type);

    private static string[] Texts(ColumnShape column, int number, string marker)
    {
        var unique = number.ToString("x", CultureInfo.InvariantCulture);
        var room = column.Base switch { "char" => 1, "name" => 63, _ when column.Modifier > 4 => column.Modifier - 4, _ => int.MaxValue };
        string[] texts = [$"{marker}-{unique}", $"{marker}{unique}", $"{marker}{unique}@example.com", $"https://example.com/{marker}/{unique}", .. Formats, Padded(Hex(number), 64, 'a'), ""];
        var fitting = texts.Where(text => text.Length <= room).ToList();
        if (marker.Length + unique.Length + 1 > room)
            fitting.Insert(0, Padded(unique, room, 'a'));
        return [.. fitting];
    }

    private static string[] Numbers(int n, int number) => [.. new[] { n, number, 0, 1, 100, -1 }.Select(i => i.ToString(CultureInfo.InvariantCulture))];

    private static string[] Decimals(ColumnShape column, int n, int number)
    {
        if (column.Modifier < 4)
            return [.. Numbers(n, number), "0.5"];
        var (precision, scale) = ((column.Modifier - 4) >> 16, (column.Modifier - 4) & 0x7ff);
        return precision - scale >= 4 ? [.. Numbers(n, number), "0.5"] : ["0", "1", "0.5", "0.1", "-1"];
    }

    private static List<string> Arrays(ColumnShape column, int number, string marker)
    {
        var element = column with { Type = column.Subtype!, Base = column.Base[..^2], Subtype = null, Modifier = -1 };
        return ["'{}'::" + column.Type, .. For(element, number, marker).Take(4).Select(value => $"ARRAY[{value}]::{column.Type}")];
    }

    private static string[] Ranges(ColumnShape column, string bound, int n)
    {
        var day = $"20{30 + (n / 336 % 60):00}-{1 + (n / 28 % 12):00}-{1 + (n % 28):00}";
        var range = bound switch
        {
            "date" => $"[{day},{day}]",
            "timestamp" or "timestamptz" => $"[{day} 00:00,{day} 12:00)",
            _ => $"[{n * 10},{(n * 10) + 1})",
        };
        return column.Base.EndsWith("multirange", StringComparison.Ordinal) ? [$"{{{range}}}", "{}"] : [range, "empty"];
    }

    /// <summary>Begins with a letter and ends with what makes it unique, as far as there is room for both.</summary>
    private static string Shortened(string marker, string unique, int length) => Padded(marker[..Math.Clamp(length - unique.Length, 0, marker.Length)] + unique, length, 'x');

    private static string Hex(int number) => (0xabc00000u + (uint)number).ToString("x", CultureInfo.InvariantCulture);

    private static string Padded(string text, int length, char with) => text.Length >= length ? text[^length..] : text.PadRight(length, with);
}
