using System.Text.RegularExpressions;

namespace Patterns.RlsTesting;

/// <summary>Names as SQL takes them. Text of the catalogue reaches no statement of ours: this is for the repairs that people read and run.</summary>
internal static partial class Sql
{
    /// <summary>Every repair that only a person can make begins with this.</summary>
    public const string Decide = "-- Decide: ";

    /// <summary>A name, quoted unless it is plain. Key words that need quotes are quoted too: a plain name of theirs is no valid one.</summary>
    public static string Identifier(string name) => PlainName().IsMatch(name) && !Reserved.Contains(name) ? name : $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    public static string Identifiers(IEnumerable<string> names) => string.Join(", ", names.Select(Identifier));

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

    /// <summary>Statements, one a line.</summary>
    public static string Script(params IEnumerable<string> statements) => string.Join('\n', statements.Select(static statement => statement.StartsWith("--", StringComparison.Ordinal) ? statement : statement + ";"));

    // PostgreSQL's appendix C: the key words that are reserved, or that cannot be names of functions or types.
    private static readonly HashSet<string> Reserved = new(
        ("all analyse analyze and any array as asc asymmetric authorization between bigint binary bit boolean both case cast char character check coalesce collate collation column concurrently constraint create cross "
        + "current_catalog current_date current_role current_schema current_time current_timestamp current_user dec decimal default deferrable desc distinct do else end except exists extract false fetch float for foreign "
        + "freeze from full grant greatest group grouping having ilike in initially inner inout int integer intersect interval into is isnull join lateral leading least left like limit localtime localtimestamp national "
        + "natural nchar none normalize not notnull null nullif numeric offset on only or order out outer overlaps overlay placing position precision primary real references returning right row select session_user setof "
        + "similar smallint some substring symmetric table tablesample then time timestamp to trailing treat trim true union unique user using values varchar variadic verbose when where window with").Split(' '),
        StringComparer.Ordinal);

    [GeneratedRegex("^[a-z_][a-z0-9_$]*$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex PlainName();
}
