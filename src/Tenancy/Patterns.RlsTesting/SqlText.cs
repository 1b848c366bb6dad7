using System.Text.RegularExpressions;

namespace Patterns.RlsTesting;

/// <summary>
/// Names and values as SQL text. The probes are made of the schema that they find, so their statements cannot be constants with parameters; the repairs are for people, who read and run them.
/// </summary>
internal static partial class SqlText
{
    private const string Decide = "-- Decide: ";

    // PostgreSQL's appendix C: the key words that are reserved, or that cannot be names of functions or types.
    private static readonly HashSet<string> Reserved = new(
        ("all analyse analyze and any array as asc asymmetric authorization between bigint binary bit boolean both case cast char character check coalesce collate collation column concurrently constraint create cross "
        + "current_catalog current_date current_role current_schema current_time current_timestamp current_user dec decimal default deferrable desc distinct do else end except exists extract false fetch float for foreign "
        + "freeze from full grant greatest group grouping having ilike in initially inner inout int integer intersect interval into is isnull join lateral leading least left like limit localtime localtimestamp national "
        + "natural nchar none normalize not notnull null nullif numeric offset on only or order out outer overlaps overlay placing position precision primary real references returning right row select session_user setof "
        + "similar smallint some substring symmetric system_user table tablesample then time timestamp to trailing treat trim true union unique user using values varchar variadic verbose when where window with").Split(' '),
        StringComparer.Ordinal);

    /// <summary>A name for a statement of ours: always quoted, so that no version's new key word can be one.</summary>
    public static string Identifier(string name) => "\"" + name.Replace("\"", "\"\"", StringComparison.Ordinal) + "\"";

    /// <summary>A name for people, as <c>quote_ident</c> writes it: quoted unless it is plain. Key words that need quotes are quoted too: a plain name of theirs is no valid one.</summary>
    public static string Name(string name) => PlainName().IsMatch(name) && !Reserved.Contains(name) ? name : Identifier(name);

    public static string Names(IEnumerable<string> names) => string.Join(", ", names.Select(Name));

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

    /// <summary>An expression in one pair of parentheses: its own, if it is all in one.</summary>
    public static string Parenthesised(string expression)
    {
        var depth = 0;
        foreach (var token in SqlTokenizer.Tokens(expression).SkipLast(1))
        {
            depth += token.Is("(") ? 1 : token.Is(")") ? -1 : 0;
            if (depth == 0)
                return token.End == expression.Length && token.Is(")") ? expression : $"({expression})";
        }

        return $"({expression})";
    }

    /// <summary>A repair that only a person can make. One line, whatever names and expressions it quotes: what came after a line feed would be run.</summary>
    public static string Decision(string text) => Decide + LineBreaks().Replace(text, " ");

    /// <summary>Statements, one a line.</summary>
    public static string Script(params IEnumerable<string> statements) => string.Join('\n', statements.Select(static statement => IsDecision(statement) ? statement : statement + ";"));

    public static bool IsDecision(string repair) => repair.StartsWith(Decide, StringComparison.Ordinal);

    // \z, since $ lets a line feed follow.
    [GeneratedRegex(@"^[a-z_][a-z0-9_]*\z", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex PlainName();

    [GeneratedRegex(@"\s*[\r\n]\s*", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex LineBreaks();
}
