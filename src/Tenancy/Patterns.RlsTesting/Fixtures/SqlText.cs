namespace Patterns.RlsTesting;

/// <summary>Names and values as SQL text. The probes are made of the schema that they find, so their statements cannot be constants with parameters.</summary>
internal static class SqlText
{
    public static string Identifier(string name) => "\"" + name.Replace("\"", "\"\"", StringComparison.Ordinal) + "\"";

    /// <summary>A literal that means the same whatever <c>standard_conforming_strings</c> says.</summary>
    public static string Literal(string? value)
    {
        if (value is null)
            return "NULL";
        var quoted = "'" + value.Replace("'", "''", StringComparison.Ordinal) + "'";
        return quoted.Contains('\\', StringComparison.Ordinal) ? "E" + quoted.Replace("\\", "\\\\", StringComparison.Ordinal) : quoted;
    }

    /// <summary>A literal of a type that <c>format_type</c> named.</summary>
    public static string Literal(string? value, string type) => Literal(value) + "::" + type;

    public static string List(IEnumerable<string> parts) => string.Join(", ", parts);
}
