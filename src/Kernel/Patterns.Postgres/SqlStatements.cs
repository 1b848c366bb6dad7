namespace Patterns.Postgres;

/// <summary>
/// Splits a script at its semicolons, so that a failing statement is known by its place. Lexical rules: PostgreSQL documentation, section 4.1. Function bodies
/// must be quoted ($$ ... $$); the unquoted BEGIN ATOMIC form is not understood.
/// </summary>
internal static class SqlStatements
{
    /// <summary>Each statement with the offset at which it starts.</summary>
    public static IEnumerable<(int Offset, string Text)> Split(string script)
    {
        var start = SkipBlank(script, 0);
        for (var i = start; i < script.Length;)
        {
            if (script[i] != ';')
            {
                i = SkipToken(script, i);
                continue;
            }

            if (i > start)
                yield return (start, script[start..i]);
            start = i = SkipBlank(script, i + 1);
        }

        if (start < script.Length)
            yield return (start, script[start..].TrimEnd());
    }

    /// <summary>The line and column, from 1, of an offset.</summary>
    public static (int Line, int Column) Place(string script, int offset)
    {
        var before = script.AsSpan(0, Math.Min(offset, script.Length));
        return (before.Count('\n') + 1, before.Length - before.LastIndexOf('\n'));
    }

    private static int SkipBlank(string script, int i)
    {
        while (i < script.Length)
        {
            if (char.IsWhiteSpace(script[i]))
                i++;
            else if (IsComment(script, i))
                i = SkipToken(script, i);
            else
                break;
        }

        return i;
    }

    private static bool IsComment(string script, int i) => script.AsSpan(i).StartsWith("--") || script.AsSpan(i).StartsWith("/*");

    private static int SkipToken(string script, int i)
    {
        var rest = script.AsSpan(i);
        if (rest.StartsWith("--"))
            return Or(script, rest.IndexOf('\n'), i + 1);
        if (rest.StartsWith("/*"))
            return SkipBlockComment(script, i);

        return script[i] switch
        {
            '"' => Or(script, rest[1..].IndexOf('"'), i + 2),
            '\'' => SkipString(script, i, escapes: i > 0 && script[i - 1] is 'E' or 'e'),
            '$' => SkipDollarQuoted(script, i),
            _ => i + 1,
        };
    }

    private static int Or(string script, int found, int from) => found < 0 ? script.Length : from + found;

    private static int SkipString(string script, int i, bool escapes)
    {
        for (i++; i < script.Length; i++)
        {
            if (escapes && script[i] == '\\')
                i++;
            else if (script[i] == '\'')
                return i + 1; // a doubled quote starts the next string at once
        }

        return script.Length;
    }

    private static int SkipBlockComment(string script, int i)
    {
        // PostgreSQL's block comments nest.
        var depth = 0;
        for (; i < script.Length - 1; i++)
        {
            if (script[i] == '/' && script[i + 1] == '*')
                depth++;
            else if (script[i] == '*' && script[i + 1] == '/')
                depth--;
            else
                continue;

            i++;
            if (depth == 0)
                return i + 1;
        }

        return script.Length;
    }

    private static int SkipDollarQuoted(string script, int i)
    {
        var end = i + 1;
        while (end < script.Length && (char.IsAsciiLetterOrDigit(script[end]) || script[end] == '_'))
            end++;

        // $1 is a parameter and a$b an identifier; neither opens a string.
        if (end >= script.Length || script[end] != '$' || char.IsAsciiDigit(script[i + 1]) || (i > 0 && (char.IsAsciiLetterOrDigit(script[i - 1]) || script[i - 1] == '_')))
            return i + 1;

        var tag = script.AsSpan(i, end - i + 1);
        return Or(script, script.AsSpan(end + 1).IndexOf(tag), end + 1 + tag.Length);
    }
}
