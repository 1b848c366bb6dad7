using System.Text.RegularExpressions;

namespace Family.Tests;

public sealed partial class ReadmeTests
{
    [Theory, ClassData(typeof(EveryPackage))]
    public void A_readme_has_every_section_in_order(string package) => Problems(Repository.This[package]).ShouldBeNone();

    [Theory]
    [InlineData("# Patterns.Planted", "# Planted", "first line")]
    [InlineData("The problem.", "", "problem")]
    [InlineData("## Options", "## Settings", "sections")]
    [InlineData("dotnet add package Patterns.Planted", "copy it", "Install")]
    [InlineData("```csharp", "```", "Use")]
    [InlineData("2. Second.", "3. Second.", "numbered")]
    [InlineData("| fault | what the caller sees | what is kept |\n|---|---|---|", "Nothing does.", "table")]
    [InlineData("Line.\nLine.", "Line.", "lines")]
    public void A_fault_in_a_readme_is_found(string good, string fault, string named)
    {
        using var tree = new PlantedTree().Write("src/Area/Patterns.Planted/README.md", Good);
        Problems(tree.Package).Should().BeEmpty();

        tree.Write("src/Area/Patterns.Planted/README.md", Good.Replace(good, fault, StringComparison.Ordinal));

        Problems(tree.Package).Should().ContainMatch($"Patterns.Planted:*{named}*");
    }

    [Fact]
    public void The_first_page_lists_every_package()
    {
        var page = Repository.This.PathOf("README.md");
        File.Exists(page).Should().BeTrue("the repository needs a README.md");
        var text = File.ReadAllText(page);
        Repository.This.Packages.Where(package => !text.Contains(package.FullName, StringComparison.Ordinal)).Select(static package => $"{package.FullName}: it is not in README.md's table of packages; add its row.").ShouldBeNone();
    }

    private static string Good { get; } =
        "# Patterns.Planted\nThe problem.\n\n## Install\ndotnet add package Patterns.Planted\n\n## Use\n```csharp\n## not a heading\n```\n\n"
        + "## Guarantees\n1. First.\n2. Second.\n\n## How it works\n" + string.Concat(Enumerable.Repeat("Line.\n", 30))
        + "\n## Options\n| option | default |\n|---|---|\n\n## When things go wrong\n| fault | what the caller sees | what is kept |\n|---|---|---|\n\n"
        + "## Performance\nFast.\n\n## Production checklist\n- Check.\n\n## Related packages\nNone.\n";

    private static IEnumerable<string> Problems(Package package)
    {
        var readme = package.Readme;
        if (!readme.Exists)
        {
            yield return $"{package.FullName}: there is no README.md; write it beside the project.";
            yield break;
        }

        if (readme.Title != "# " + package.FullName)
        {
            yield return $"{package.FullName}: the first line of the README is '{readme.Title}'; write '# {package.FullName}'.";
        }

        if (readme.LineCount is < 60 or > 140)
        {
            yield return $"{package.FullName}: the README has {readme.LineCount} lines; 60 to 140 are read.";
        }

        if (readme.Problem.Length == 0)
        {
            yield return $"{package.FullName}: the README does not begin with the problem; say it in three sentences above '## Install'.";
        }

        var headings = readme.Sections.Select(static section => section.Heading).ToList();
        if (!headings.SequenceEqual(Readme.Order, StringComparer.Ordinal))
        {
            yield return $"{package.FullName}: the README's sections are [{string.Join(", ", headings)}]; they are [{string.Join(", ", Readme.Order)}] (use ### for more).";
        }

        foreach (var empty in readme.Sections.Where(static section => section.Text.Length == 0))
        {
            yield return $"{package.FullName}: the README's section '{empty.Heading}' is empty.";
        }

        if (!readme["Install"].Contains($"dotnet add package {package.FullName}", StringComparison.Ordinal))
        {
            yield return $"{package.FullName}: the README's Install does not show 'dotnet add package {package.FullName}'.";
        }

        if (readme.Code("Use", "csharp") is null)
        {
            yield return $"{package.FullName}: the README's Use has no ```csharp block; show a whole program.";
        }

        if (readme.Guarantees.Count == 0 || !readme.Guarantees.SequenceEqual(Enumerable.Range(1, readme.Guarantees.Count)))
        {
            yield return $"{package.FullName}: the README's Guarantees are numbered [{string.Join(", ", readme.Guarantees)}]; number them 1, 2, 3 and so on.";
        }

        foreach (var heading in new[] { "Options", "When things go wrong" }.Where(heading => !TableRule().IsMatch(readme[heading])))
        {
            yield return $"{package.FullName}: the README's '{heading}' has no table.";
        }
    }

    [GeneratedRegex(@"^\|[-:| ]+\|$", RegexOptions.Multiline, matchTimeoutMilliseconds: 1000)]
    private static partial Regex TableRule();
}
