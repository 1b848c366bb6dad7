using System.Text.RegularExpressions;

namespace Family.Tests;

/// <summary>Something that no file of a kind may say.</summary>
/// <param name="Name">What it is called in the tests.</param>
/// <param name="Folders">Where it must not be.</param>
/// <param name="Endings">In which files; all when empty.</param>
/// <param name="Pattern">What it looks like.</param>
/// <param name="Mend">What to write instead.</param>
internal sealed record TextRule(string Name, string[] Folders, string[] Endings, Regex Pattern, string Mend)
{
    /// <summary>A file that may say it, because it is where the rule's remedy is defined.</summary>
    public Predicate<string> Exempt { get; init; } = static _ => false;

    public IEnumerable<string> Problems(Repository repository) =>
        from folder in Folders
        from file in repository.Files(folder, Endings)
        where !Exempt(file) && IsText(file)
        let text = WithoutSqlComments(file)
        from match in Pattern.Matches(text)
        let line = text.AsSpan(0, match.Index).Count('\n') + 1
        select $"{repository.Relative(file)}({line}): '{match.Value.Trim()}': {Mend}";

    private static bool IsText(string file) => Path.GetExtension(file) is not (".png" or ".ico" or ".woff2" or ".snk");

    // Line breaks stay, so that line numbers are the file's.
    private static string WithoutSqlComments(string file) => file.EndsWith(".sql", StringComparison.Ordinal)
        ? Regex.Replace(File.ReadAllText(file), "--[^\n]*", "", RegexOptions.None, TimeSpan.FromSeconds(1))
        : File.ReadAllText(file);
}
