using System.Xml.Linq;

namespace Family.Tests;

public sealed class ReferenceTests
{
    [Theory, ClassData(typeof(EveryPackage))]
    public void A_package_references_no_other_pattern(string package) => Problems(Repository.This[package]).ShouldBeNone();

    [Theory, ClassData(typeof(EveryPackage))]
    public void A_built_package_references_no_other_pattern(string package)
    {
        var assembly = Repository.This[package].Assembly;
        assembly.GetReferencedAssemblies().Select(static reference => reference.Name!)
            .Where(static reference => reference.StartsWith("Patterns.", StringComparison.Ordinal))
            .Where(reference => !IsAllowed(Repository.This[package], reference))
            .Should().BeEmpty($"{assembly.GetName().Name} may use the kernel only");
    }

    [Fact]
    public void The_solution_holds_every_project()
    {
        var solution = File.ReadAllText(Repository.This.PathOf("Patterns.sln"));
        Repository.This.Files("", ".csproj").Select(Repository.This.Relative)
            .Where(project => !solution.Contains(project.Replace('/', '\\'), StringComparison.Ordinal))
            .Should().BeEmpty("`dotnet sln add` puts a project in");
    }

    [Fact]
    public void A_reference_to_another_pattern_is_found()
    {
        using var tree = new PlantedTree()
            .Write("src/Kernel/Patterns.Ground/Patterns.Ground.csproj", "<Project />")
            .Write("src/Area/Patterns.Other/Patterns.Other.csproj", "<Project />")
            .Write("src/Area/Patterns.Planted/Patterns.Planted.csproj", Project("../../Kernel/Patterns.Ground/Patterns.Ground.csproj"));
        Problems(tree.Package).Should().BeEmpty();

        tree.Write("src/Area/Patterns.Planted/Patterns.Planted.csproj", Project("../Patterns.Other/Patterns.Other.csproj"));
        Problems(tree.Package).Should().ContainMatch("Patterns.Planted:*Patterns.Other*");

        tree.Write("src/Kernel/Patterns.Ground/Patterns.Ground.csproj", Project("../../Area/Patterns.Other/Patterns.Other.csproj"));
        Problems(tree.Repository["Ground"]).Should().ContainMatch("Patterns.Ground:*Patterns.Other*");
    }

    private static string Project(string reference) => $"<Project><ItemGroup><ProjectReference Include=\"{reference}\" /></ItemGroup></Project>";

    private static IEnumerable<string> Problems(Package package) =>
        from reference in XDocument.Load(package.Project).Descendants("ProjectReference")
        let name = Path.GetFileNameWithoutExtension((string)reference.Attribute("Include")!)
        where !IsAllowed(package, name)
        select $"{package.FullName}: it references {name}; packages meet at the ecosystem's types, only the kernel may be referenced.";

    private static bool IsAllowed(Package package, string reference) =>
        package.Name == "Cli"
        || (package.Area == "Billing" && reference == "Patterns.Stripe")
        || package.Repository.Packages.Any(other => other.IsKernel && other.FullName == reference);
}
