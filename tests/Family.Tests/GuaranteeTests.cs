using System.Globalization;
using System.Text.RegularExpressions;

namespace Family.Tests;

public sealed partial class GuaranteeTests
{
    [Fact]
    public void Every_guarantee_has_a_test_and_every_named_guarantee_exists() => Problems(Repository.This).ShouldBeNone();

    [Theory]
    [InlineData("[Fact, Guarantee(\"Planted\", 1)]", "guarantee 2*no test")]
    [InlineData("[Fact, Guarantee(\"Planted\", 1), Guarantee(\"Planted\", 2), Guarantee(\"Planted\", 3)]", "guarantee 3*not in*README")]
    [InlineData("[Fact, Guarantee(\"Planted\", 1), Guarantee(\"Planted\", 2), Guarantee(\"Absent\", 1)]", "Absent*no such package")]
    [InlineData("[Guarantee(\"Planted\", 1)]\n    [Guarantee(\"Planted\", 2)]", "not on a test")]
    [InlineData("[Fact(Skip = \"x\"), Guarantee(\"Planted\", 1), Guarantee(\"Planted\", 2)]", "not on a test")]
    public void A_guarantee_without_proof_is_found(string attributes, string named)
    {
        using var tree = new PlantedTree()
            .Write("src/Area/Patterns.Planted/README.md", "# Patterns.Planted\n\n## Guarantees\n1. First.\n2. Second.\n")
            .Write("tests/Area.Tests/Planted/PlantedTests.cs", "class PlantedTests\n{\n    [Fact, Guarantee(\"Planted\", 1)]\n    [Guarantee(\"Planted\", 2)]\n    public void Holds() { }\n}\n");
        Problems(tree.Repository).Should().BeEmpty();

        tree.Write("tests/Area.Tests/Planted/PlantedTests.cs", $"class PlantedTests\n{{\n    {attributes}\n    public void Holds() {{ }}\n}}\n");

        Problems(tree.Repository).Should().ContainMatch($"*{named}*");
    }

    private static IEnumerable<string> Problems(Repository repository)
    {
        var named = Named(repository).Distinct().ToList();
        foreach (var (file, package, number, isTest) in named)
        {
            if (!isTest)
            {
                yield return $"{file}: Guarantee(\"{package}\", {number}) is not on a test that runs; put it beside [Fact] or [Theory].";
            }

            if (repository.Packages.FirstOrDefault(candidate => candidate.Name == package) is not { } known)
            {
                yield return $"{file}: Guarantee(\"{package}\", {number}): there is no such package.";
            }
            else if (!known.Readme.Guarantees.Contains(number))
            {
                yield return $"{file}: guarantee {number} of {known.FullName} is not in its README.";
            }
        }

        foreach (var package in repository.Packages)
        {
            foreach (var number in package.Readme.Guarantees.Where(number => !named.Exists(proof => proof.Package == package.Name && proof.Number == number)))
            {
                yield return $"{package.FullName}: guarantee {number} has no test; mark the test that proves it with [Guarantee(\"{package.Name}\", {number})].";
            }
        }
    }

    // Read from the sources, so that it does not matter which test projects are built.
    private static IEnumerable<(string File, string Package, int Number, bool IsTest)> Named(Repository repository) =>
        from file in repository.Files("tests", ".cs")
        where !file.Contains("Family.Tests", StringComparison.Ordinal)
        from block in AttributeBlock().Matches(File.ReadAllText(file))
        from guarantee in Guarantee().Matches(block.Value)
        select (repository.Relative(file), guarantee.Groups["package"].Value, int.Parse(guarantee.Groups["number"].Value, CultureInfo.InvariantCulture), Test().IsMatch(block.Value) && !block.Value.Contains("Skip", StringComparison.Ordinal));

    [GeneratedRegex(@"(?:^[ \t]*\[[^\n]*\][ \t]*(?:\n|(?=public)))+", RegexOptions.Multiline, matchTimeoutMilliseconds: 5000)]
    private static partial Regex AttributeBlock();

    [GeneratedRegex(@"\bGuarantee\(""(?<package>\w+)"", ?(?<number>\d+)\)", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Guarantee();

    [GeneratedRegex(@"\b(?:Fact|Theory)\b", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Test();
}
