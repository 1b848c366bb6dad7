using System.Globalization;
using System.Text.RegularExpressions;

namespace Family.Tests;

/// <summary>A README cut at its second-level headings.</summary>
/// <param name="Exists">Whether there is a file at all; without one everything else is empty.</param>
/// <param name="LineCount">How long it is.</param>
/// <param name="Title">Its first line.</param>
/// <param name="Problem">What stands above the first section.</param>
/// <param name="Sections">Heading and text of each section, in their order.</param>
internal sealed partial record Readme(bool Exists, int LineCount, string Title, string Problem, IReadOnlyList<(string Heading, string Text)> Sections)
{
    /// <summary>The sections of every package's README, in the order that readers rely on.</summary>
    public static readonly string[] Order =
    [
        "Install", "Use", "Guarantees", "How it works", "Options", "When things go wrong", "Performance", "Production checklist", "Related packages",
    ];

    /// <summary>The numbers of the list items under "Guarantees".</summary>
    public IReadOnlyList<int> Guarantees => NumberedItem().Matches(this["Guarantees"]).Select(static match => int.Parse(match.Groups["number"].Value, CultureInfo.InvariantCulture)).ToList();

    public string this[string heading] => Sections.FirstOrDefault(section => section.Heading == heading).Text ?? "";

    public static Readme Of(string path)
    {
        if (!File.Exists(path))
        {
            return new Readme(Exists: false, 0, "", "", []);
        }

        var lines = File.ReadAllLines(path);
        var sections = new List<(string Heading, List<string> Lines)> { ("", []) };
        var fenced = false;
        foreach (var line in lines.Skip(1))
        {
            // A "## " inside a fenced block is a shell comment, not a heading.
            fenced ^= line.StartsWith("```", StringComparison.Ordinal);
            if (!fenced && line.StartsWith("## ", StringComparison.Ordinal))
            {
                sections.Add((line[3..].Trim(), []));
            }
            else
            {
                sections[^1].Lines.Add(line);
            }
        }

        var texts = sections.Select(static section => (section.Heading, Text: string.Join('\n', section.Lines).Trim())).ToList();
        return new Readme(Exists: true, lines.Length, lines.FirstOrDefault() ?? "", texts[0].Text, texts[1..]);
    }

    /// <summary>The first fenced block of a language in a section; null without one.</summary>
    public string? Code(string heading, string language) =>
        Regex.Match(this[heading], $@"^```{language}[^\n]*\n(.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1)) is { Success: true } match
            ? match.Value[(match.Value.IndexOf('\n', StringComparison.Ordinal) + 1)..^3]
            : null;

    [GeneratedRegex(@"^(?<number>\d+)\. ", RegexOptions.Multiline, matchTimeoutMilliseconds: 1000)]
    private static partial Regex NumberedItem();
}
