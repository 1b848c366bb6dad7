namespace Patterns.RlsSession;

/// <summary>Names and values inside a printed statement. PostgreSQL documentation, section 4.1.</summary>
internal static class SqlText
{
    public static string Identifier(string name)
    {
        if (name.Contains('\0', StringComparison.Ordinal))
            throw new ArgumentException("A name has a NUL, which PostgreSQL does not know.", nameof(name));
        return "\"" + name.Replace("\"", "\"\"", StringComparison.Ordinal) + "\"";
    }

    // The driver leaves a savepoint's name as it is when it looks plain, although it may be a key word.
    public static string Savepoint(string name) => "SAVEPOINT " + Identifier(name);

    public static string RollbackTo(string name) => "ROLLBACK TO SAVEPOINT " + Identifier(name);

    public static string Release(string name) => "RELEASE SAVEPOINT " + Identifier(name);

    // The E form means the same whatever standard_conforming_strings says.
    public static string Literal(string value)
    {
        var quoted = "'" + value.Replace("'", "''", StringComparison.Ordinal) + "'";
        return value.Contains('\\', StringComparison.Ordinal) ? " E" + quoted.Replace("\\", "\\\\", StringComparison.Ordinal) : quoted;
    }
}
