using System.Text.RegularExpressions;

namespace Patterns.Postgres;

/// <summary>The names that the family gives to schemas, packages and tables: lower case, so that they mean the same quoted and unquoted.</summary>
internal static partial class Identifier
{
    public const string Pattern = "^[a-z_][a-z0-9_]{0,62}$";

    public static bool IsValid(string? name) => name is not null && Form().IsMatch(name);

    public static string Quote(string name) => "\"" + name.Replace("\"", "\"\"", StringComparison.Ordinal) + "\"";

    // \z, since $ lets a line feed follow.
    [GeneratedRegex(@"^[a-z_][a-z0-9_]{0,62}\z", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Form();
}
