namespace Patterns.Postgres;

/// <summary>A schema script cannot be applied, or the database does not fit the scripts. The message says what to do; the database is as it was before the script.</summary>
public sealed class SchemaException : Exception
{
    internal SchemaException(string message, string? package = null, string? script = null, int? line = null, int? column = null, string? sqlState = null, string? statement = null, Exception? inner = null)
        : base(message, inner)
    {
        Package = package;
        Script = script;
        Line = line;
        Column = column;
        SqlState = sqlState;
        Statement = statement;
    }

    /// <summary>The package that the script belongs to, such as <c>webhook_dedup</c>.</summary>
    public string? Package { get; }

    /// <summary>The script, such as <c>0001_tables</c>.</summary>
    public string? Script { get; }

    /// <summary>The line of the script that the server objected to, counted from 1.</summary>
    public int? Line { get; }

    /// <summary>The column in that line, counted from 1.</summary>
    public int? Column { get; }

    /// <summary>The server's error code.</summary>
    public string? SqlState { get; }

    /// <summary>The first line of the failing statement.</summary>
    public string? Statement { get; }
}
