using System.Text.RegularExpressions;

namespace Family.Tests;

public sealed partial class BenchmarkTests
{
    [Theory, ClassData(typeof(EveryPattern))]
    public void A_pattern_has_a_benchmark_class(string package) => MissingClass(Repository.This[package]).ShouldBeNone();

    [Theory, ClassData(typeof(EveryPackage))]
    public void The_figures_of_a_readme_are_those_of_its_results_file(string package) => Problems(Repository.This[package]).ShouldBeNone();

    [Fact]
    public void A_missing_benchmark_class_is_found()
    {
        using var tree = new PlantedTree();
        MissingClass(tree.Package).Should().ContainMatch("Patterns.Planted:*PlantedBenchmarks.cs*");

        tree.Write("benchmarks/Area.Benchmarks/PlantedBenchmarks.cs", "public class PlantedBenchmarks { }");
        MissingClass(tree.Package).Should().BeEmpty();
    }

    [Theory]
    [InlineData("| verify | 1.08x |", "benchmarks/results/Absent.md", "Absent.md*does not exist")]
    [InlineData("| verify | 1.02x |", "benchmarks/results/Planted.md", "1.02x")]
    [InlineData("| verify | 1.08x |", "no file", "names no results file")]
    public void A_figure_that_was_not_measured_is_found(string row, string quoted, string named)
    {
        using var tree = new PlantedTree()
            .Write("benchmarks/results/Planted.md", "| verify | Ours | 1.08x |\n")
            .Write("src/Area/Patterns.Planted/README.md", Readme("| verify | 1.08x |", "benchmarks/results/Planted.md"));
        Problems(tree.Package).Should().BeEmpty();

        tree.Write("src/Area/Patterns.Planted/README.md", Readme(row, quoted));

        Problems(tree.Package).Should().ContainMatch($"Patterns.Planted:*{named}*");
    }

    private static string Readme(string row, string quoted) => $"# Patterns.Planted\n\n## Performance\n| case | ratio |\n|---|---|\n{row}\n\nFrom `{quoted}`.\n";

    private static IEnumerable<string> MissingClass(Package package)
    {
        var file = Path.Combine("benchmarks", package.Area + ".Benchmarks", package.Name + "Benchmarks.cs");
        return File.Exists(package.Repository.PathOf(file)) ? [] : [$"{package.FullName}: there is no {file}; measure its hot path against Raw there."];
    }

    private static IEnumerable<string> Problems(Package package)
    {
        var performance = package.Readme["Performance"];
        var quoted = ResultsFile().Matches(performance).Select(static match => match.Value).Distinct(StringComparer.Ordinal).ToList();
        var missing = quoted.Where(file => !File.Exists(package.Repository.PathOf(file))).ToList();
        foreach (var file in missing)
        {
            yield return $"{package.FullName}: the README quotes {file}, which does not exist; run build/bench.";
        }

        var figures = performance.Split('\n').Where(static line => line.StartsWith('|')).SelectMany(Cells).Where(static cell => Figure().IsMatch(cell)).ToList();
        if (figures.Count > 0 && quoted.Count == 0)
        {
            yield return $"{package.FullName}: the README's Performance has figures but names no results file; name benchmarks/results/{package.Name}.md.";
        }

        var measured = quoted.Except(missing, StringComparer.Ordinal).SelectMany(file => File.ReadLines(package.Repository.PathOf(file))).SelectMany(Cells).ToHashSet(StringComparer.Ordinal);
        if (measured.Count > 0)
        {
            foreach (var figure in figures.Where(figure => !measured.Contains(figure)))
            {
                yield return $"{package.FullName}: the README's Performance says '{figure}', which is no cell of {string.Join(", ", quoted)}; copy the row.";
            }
        }
    }

    private static IEnumerable<string> Cells(string row) => row.Split('|', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    [GeneratedRegex(@"benchmarks/results/\w+\.md", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ResultsFile();

    // A ratio, a time, an amount of memory or a rate: what the harness prints into its cells.
    [GeneratedRegex(@"^[\d.,]+(?:x| ns| us| ms| B|)$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Figure();
}
