using System.Text.RegularExpressions;

namespace Family.Tests;

/// <summary>How long files are and what is in one.</summary>
public sealed partial class FileShapeTests
{
    [Fact]
    public void Project_files_are_short_sources_hold_one_type_and_folders_are_worth_it() => Problems(Repository.This).ShouldBeNone();

    [Theory]
    [InlineData("src/Area/Patterns.Planted/Patterns.Planted.csproj", 16, "<!-- -->", "15 lines")]
    [InlineData("tests/Area.Tests/Long.cs", 300, "// line", "300 lines")]
    public void A_long_file_is_found(string file, int lines, string line, string named)
    {
        using var tree = new PlantedTree().Write(file, string.Concat(Enumerable.Repeat(line + "\n", lines - 1)));
        Problems(tree.Repository).Should().BeEmpty();

        tree.Write(file, string.Concat(Enumerable.Repeat(line + "\n", lines)));

        Problems(tree.Repository).Should().ContainMatch($"{file}:*{named}*");
    }

    [Theory]
    [InlineData("src/Area/Patterns.Planted/Two.cs", "public sealed record One;\ninternal enum Two { A }\n", "One, Two")]
    [InlineData("src/Area/Patterns.Planted/Deep/Lonely.cs", "internal sealed class Lonely\n{\n    private sealed class Nested;\n}\n", "3 files")]
    public void A_file_out_of_shape_is_found(string file, string text, string named)
    {
        using var tree = new PlantedTree().Write(file, text);

        Problems(tree.Repository).Should().ContainSingle().Which.Should().Contain(named);
    }

    private static IEnumerable<string> Problems(Repository repository)
    {
        foreach (var project in repository.Files("", ".csproj"))
        {
            if (File.ReadLines(project).Count() is > 15 and var lines)
            {
                yield return $"{repository.Relative(project)}: {lines} lines; a project has 15 lines or fewer, its role comes from its folder's Directory.Build.props.";
            }
        }

        foreach (var source in repository.Files("", ".cs"))
        {
            if (File.ReadLines(source).Count() is >= 300 and var lines)
            {
                yield return $"{repository.Relative(source)}: {lines} lines; a source file stays under 300 lines: find the second idea in it.";
            }
        }

        foreach (var source in repository.Files("src", ".cs"))
        {
            var types = TopLevelType().Matches(File.ReadAllText(source)).Select(static match => match.Groups["name"].Value).ToList();
            if (types.Count > 1)
            {
                yield return $"{repository.Relative(source)}: it holds {string.Join(", ", types)}; one top-level type a file.";
            }
        }

        foreach (var package in repository.Packages)
        {
            var folders = package.Sources.Select(source => Path.GetDirectoryName(source)!).Where(folder => folder != package.Directory).CountBy(static folder => folder, StringComparer.Ordinal);
            foreach (var (folder, count) in folders.Where(static folder => folder.Value < 3))
            {
                yield return $"{repository.Relative(folder)}: a folder inside a package holds 3 files or more, this one has {count}; put them beside the project.";
            }
        }
    }

    [GeneratedRegex(@"^(?:public |internal |file |static |sealed |abstract |readonly |partial |unsafe |ref )*(?:class|struct|interface|enum|record struct|record class|record|delegate [\w<>?\[\], .]+?) (?<name>\w+)", RegexOptions.Multiline, matchTimeoutMilliseconds: 1000)]
    private static partial Regex TopLevelType();
}
