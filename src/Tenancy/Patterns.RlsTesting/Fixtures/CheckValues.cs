using System.Globalization;
using System.Text.RegularExpressions;

namespace Patterns.RlsTesting;

/// <summary>
/// Values that a CHECK hints at. What a constraint compares with is nearly always written in it, so its literals, and the numbers beside its numbers, are what to try:
/// that finds the values of IN lists, of simple comparisons and of lengths without understanding the expression. The server decides whether a value serves.
/// </summary>
internal static partial class CheckValues
{
    public static IEnumerable<string> For(ColumnShape column, string definition, int number, string marker)
    {
        // A negative number is printed as a text that is cast.
        var numbers = Numbers().Matches(Texts().Replace(definition, text => Numbers().IsMatch(text.Value) ? text.Value.Trim('\'') : " ")).Select(m => m.Value).Distinct(StringComparer.Ordinal).Take(8).ToList();
        switch (column.Base)
        {
            case "int2" or "int4" or "int8" or "numeric" or "float4" or "float8":
                return numbers
                    .Select(text => decimal.Parse(text, CultureInfo.InvariantCulture))
                    .SelectMany(value => new[] { value, value + 1, value - 1 })
                    .Distinct()
                    .Select(value => SqlText.Literal(value.ToString(CultureInfo.InvariantCulture), column.Type));
            case "text" or "varchar" or "bpchar" or "citext" or "name" or "char" or "bytea":
                var written = Texts().Matches(definition).Select(m => $"{m.Value}::{column.Type}");
                var lengths = numbers
                    .Select(text => decimal.Parse(text, CultureInfo.InvariantCulture))
                    .Where(length => length is > 0 and <= 10_000 && decimal.IsInteger(length))
                    .Select(length => ColumnValues.OfLength(column, (int)length, number, marker));
                return [.. column.Base == "bytea" ? [] : written, .. lengths];
            default:
                return Texts().Matches(definition).Select(m => $"{m.Value}::{column.Type}");
        }
    }

    [GeneratedRegex("'(?:[^']|'')*'", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Texts();

    [GeneratedRegex(@"(?<![\w.])-?\d+(?:\.\d+)?(?![\w.])", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Numbers();
}
