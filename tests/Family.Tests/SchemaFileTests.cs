using System.Text.RegularExpressions;

namespace Family.Tests;

public sealed partial class SchemaFileTests
{
    [Theory, ClassData(typeof(EveryPackage))]
    public void Schema_scripts_are_numbered_without_gaps(string package) => Problems(Repository.This[package]).ShouldBeNone();

    [Theory]
    [InlineData("0003_c.sql")]
    [InlineData("0001_again.sql")]
    [InlineData("2_b.sql")]
    [InlineData("0002-b.sql")]
    public void A_script_out_of_order_is_found(string file)
    {
        using var tree = new PlantedTree().Write("src/Area/Patterns.Planted/Schema/0001_a.sql", "SELECT 1;");
        Problems(tree.Package).Should().BeEmpty();

        tree.Write("src/Area/Patterns.Planted/Schema/" + file, "SELECT 1;");

        Problems(tree.Package).Should().ContainMatch($"Patterns.Planted:*{file}*");
    }

    private static IEnumerable<string> Problems(Package package) => package.Scripts
        .Select(static (path, index) => (Name: Path.GetFileName(path), Number: $"{index + 1:0000}_"))
        .Where(static script => !script.Name.StartsWith(script.Number, StringComparison.Ordinal) || !FileName().IsMatch(script.Name))
        .Select(script => $"{package.FullName}: Schema/{script.Name} should be {script.Number}<name>.sql, in small letters: scripts are numbered from 0001 without gaps or repeats.");

    [GeneratedRegex(@"^\d{4}_[a-z0-9_]+\.sql$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex FileName();
}
