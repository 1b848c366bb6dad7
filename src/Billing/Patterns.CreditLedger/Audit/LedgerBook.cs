using System.Text.RegularExpressions;

namespace Patterns.CreditLedger;

/// <summary>The invariants, read from Book.md: what people run from the page and what the audit runs is one text.</summary>
internal static partial class LedgerBook
{
    private const string Schema = "patterns.";

    /// <summary>The query of each invariant, in the order of their letters.</summary>
    /// <param name="schema">The schema of the tables, quoted.</param>
    public static IReadOnlyList<(char Letter, string Sql)> Read(string schema)
    {
        using var page = typeof(LedgerBook).Assembly.GetManifestResourceStream("Book.md") ?? throw new InvalidOperationException("Book.md is not embedded in the assembly.");
        using var text = new StreamReader(page);
        return Invariant().Matches(text.ReadToEnd())
            .Select(match => (match.Groups["letter"].Value[0], match.Groups["sql"].Value.Replace(Schema, schema + ".", StringComparison.Ordinal)))
            .ToList();
    }

    [GeneratedRegex(@"^## \((?<letter>[a-z])\)(?:(?!^## ).)*?^```sql\r?\n(?<sql>.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Invariant();
}
