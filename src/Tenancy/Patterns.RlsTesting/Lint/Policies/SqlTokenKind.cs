namespace Patterns.RlsTesting;

internal enum SqlTokenKind
{
    /// <summary>The text is over.</summary>
    End,

    /// <summary>A name of a column, function, type or relation. The server prints names that are not quoted in small letters, and its key words in capitals.</summary>
    Name,

    /// <summary>A key word.</summary>
    Keyword,

    /// <summary>A string constant.</summary>
    String,

    /// <summary>A number.</summary>
    Number,

    /// <summary>An operator, a parenthesis or a comma.</summary>
    Symbol,
}
