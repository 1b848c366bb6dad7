using System.IO.Compression;
using System.Xml.Linq;

namespace Family.Tests;

[Collection(PackedCollection.Name)]
public sealed class NupkgTests(FreshConsoles consoles)
{
    [Theory, ClassData(typeof(EveryPackage))]
    public void A_package_holds_what_a_user_expects(string name)
    {
        var package = Repository.This[name];
        using var nupkg = Open(package, "nupkg");
        var files = Files(nupkg);

        files.Should().BeEquivalentTo(
            [package.FullName + ".nuspec", "README.md", "icon.png", $"lib/net10.0/{package.FullName}.dll", $"lib/net10.0/{package.FullName}.xml"],
            $"{package.FullName} is its assembly, its documentation and its page; keep other files out with Pack=\"false\"");
    }

    [Theory, ClassData(typeof(EveryPackage))]
    public void A_package_describes_itself(string name)
    {
        var package = Repository.This[name];
        var metadata = Metadata(package);

        Value("id").Should().Be(package.FullName);
        Value("license").Should().Be("MIT");
        metadata.Element(metadata.Name.Namespace + "license")!.Attribute("type")!.Value.Should().Be("expression");
        Value("readme").Should().Be("README.md");
        Value("icon").Should().Be("icon.png");
        Value("description").Length.Should().BeInRange(40, 300, $"{package.FullName}'s Description is what a search shows");
        Value("tags").Split(' ').Should().HaveCountGreaterThan(2, $"{package.FullName} is found by its PackageTags");

        string Value(string element) => (string?)metadata.Element(metadata.Name.Namespace + element) ?? "";
    }

    [Theory, ClassData(typeof(EveryPackage))]
    public void A_package_depends_on_what_its_project_references_and_on_nothing_else(string name)
    {
        var package = Repository.This[name];
        var project = XDocument.Load(package.Project);
        var expected = project.Descendants("PackageReference").Where(static reference => reference.Attribute("PrivateAssets") is null).Select(static reference => (string)reference.Attribute("Include")!)
            .Concat(project.Descendants("ProjectReference").Select(static reference => Path.GetFileNameWithoutExtension((string)reference.Attribute("Include")!)));

        var metadata = Metadata(package);
        metadata.Descendants(metadata.Name.Namespace + "dependency").Select(static dependency => (string)dependency.Attribute("id")!).Should().BeEquivalentTo(expected);
    }

    [Theory, ClassData(typeof(EveryPackage))]
    public void A_package_has_its_symbols(string name)
    {
        var package = Repository.This[name];
        using var snupkg = Open(package, "snupkg");

        Files(snupkg).Should().Contain($"lib/net10.0/{package.FullName}.pdb");
    }

    private XElement Metadata(Package package)
    {
        using var nupkg = Open(package, "nupkg");
        using var nuspec = nupkg.GetEntry(package.FullName + ".nuspec")!.Open();
        return XDocument.Load(nuspec).Root!.Elements().Single();
    }

    private ZipArchive Open(Package package, string extension) =>
        ZipFile.OpenRead(Directory.GetFiles(consoles.Packed.Feed, $"{package.FullName}.*.{extension}").Should().ContainSingle($"{package.FullName} is packed once").Subject);

    // The rest of an archive is the container format's own.
    private static List<string> Files(ZipArchive archive) => archive.Entries.Select(static entry => entry.FullName)
        .Where(static entry => entry != "[Content_Types].xml" && !entry.StartsWith("_rels/", StringComparison.Ordinal) && !entry.StartsWith("package/", StringComparison.Ordinal))
        .ToList();
}
