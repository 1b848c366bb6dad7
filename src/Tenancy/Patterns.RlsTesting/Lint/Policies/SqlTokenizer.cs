using System.Buffers;

namespace Patterns.RlsTesting;

/// <summary>Cuts what <c>pg_get_expr</c> prints into tokens.</summary>
internal static class SqlTokenizer
{
    private static readonly SearchValues<char> OperatorCharacters = SearchValues.Create("+-*/<>=~!@#%^&|`?:");

    /// <summary>All tokens, the last of which is <see cref="SqlTokenKind.End"/>.</summary>
    public static List<SqlToken> Tokens(string text)
    {
        var tokens = new List<SqlToken>();
        for (var at = 0; ;)
        {
            while (at < text.Length && char.IsWhiteSpace(text[at]))
                at++;
            if (at == text.Length)
            {
                tokens.Add(new(SqlTokenKind.End, "", at, at));
                return tokens;
            }

            var token = Next(text, at);
            tokens.Add(token);
            at = token.End;
        }
    }

    private static SqlToken Next(string text, int at) => text[at] switch
    {
        '\'' => Quoted(text, at, at, SqlTokenKind.String),
        '"' => Quoted(text, at, at, SqlTokenKind.Name),
        // E'...', B'...' and X'...'; the server prints a backslash doubled, so that a quote ends them as any other.
        'E' or 'B' or 'X' when at + 1 < text.Length && text[at + 1] == '\'' => Quoted(text, at, at + 1, SqlTokenKind.String),
        var c when char.IsAsciiDigit(c) => Number(text, at),
        var c when char.IsLetter(c) || c == '_' => Word(text, at),
        var c when OperatorCharacters.Contains(c) => Operator(text, at),
        var c => new(SqlTokenKind.Symbol, c.ToString(), at, at + 1),
    };

    private static SqlToken Quoted(string text, int start, int quote, SqlTokenKind kind)
    {
        var at = quote + 1;
        while (at < text.Length && (text[at] != text[quote] || (at + 1 < text.Length && text[at + 1] == text[quote])))
            at += text[at] == text[quote] ? 2 : 1;
        var mark = text[quote].ToString();
        var end = Math.Min(at + 1, text.Length);
        return new(kind, text[(quote + 1)..Math.Min(at, text.Length)].Replace(mark + mark, mark, StringComparison.Ordinal), start, end);
    }

    private static SqlToken Number(string text, int start)
    {
        var at = start;
        while (at < text.Length && (char.IsAsciiLetterOrDigit(text[at]) || text[at] == '.' || (text[at] is '+' or '-' && text[at - 1] is 'e' or 'E')))
            at++;
        return new(SqlTokenKind.Number, text[start..at], start, at);
    }

    private static SqlToken Word(string text, int start)
    {
        var at = start;
        while (at < text.Length && (char.IsLetterOrDigit(text[at]) || text[at] is '_' or '$'))
            at++;
        var word = text[start..at];
        return new(word.AsSpan().ContainsAnyInRange('A', 'Z') ? SqlTokenKind.Keyword : SqlTokenKind.Name, word, start, at);
    }

    private static SqlToken Operator(string text, int start)
    {
        var rest = text.AsSpan(start);
        var length = rest.IndexOfAnyExcept(OperatorCharacters) is >= 0 and var end ? end : rest.Length;
        // A cast stands directly before a type, and may stand directly after an operator's right side; it is never part of another operator.
        if (rest[..length].IndexOf("::") is >= 0 and var cast)
            length = cast == 0 ? 2 : cast;
        return new(SqlTokenKind.Symbol, text.Substring(start, length), start, start + length);
    }
}
