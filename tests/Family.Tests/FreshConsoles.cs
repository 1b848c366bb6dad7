using System.Xml.Linq;

namespace Family.Tests;

/// <summary>For each package a fresh console application, with the package added from the feed and its README's snippet as the program; all of them are built at once.</summary>
public sealed class FreshConsoles : IAsyncLifetime
{
    private readonly PackedFeed _packed = new();
    private string _output = "";

    internal PackedFeed Packed => _packed;

    // The packages under test come from the feed only, into a cache of this run only: NuGet's own cache may hold an older build of the same version.
    // All others are looked up there first, through links.
    private (string Name, string Value)[] Environment =>
    [
        .. PackedFeed.Quiet,
        ("NUGET_PACKAGES", Path.Combine(Root, "packages")),
        ("NUGET_FALLBACK_PACKAGES", Path.Combine(Root, "others")),
    ];

    private string Root => _packed.Directory.FullName;

    internal string DirectoryOf(string package) => Path.Combine(Root, package);

    internal string ProgramOf(string package) => Path.Combine(DirectoryOf(package), "bin", "Debug", "net10.0", NameOf(package) + ".dll");

    /// <summary>Why a package's application could not be built; null when it was.</summary>
    internal string? FaultOf(string package)
    {
        var errors = _output.Split('\n').Where(line => line.Contains(DirectoryOf(package) + Path.DirectorySeparatorChar, StringComparison.Ordinal) && line.Contains(": error ", StringComparison.Ordinal)).ToList();
        return errors.Count > 0 ? string.Join('\n', errors)
            : File.Exists(ProgramOf(package)) ? null
            : _output;
    }

    public async ValueTask InitializeAsync()
    {
        await _packed.InitializeAsync();
        WriteNuGetConfiguration();
        LinkOtherPackages();
        var (exitCode, output) = await CommandLine.RunAsync(Root, Environment, stopAfter: null, "dotnet", "new", "console", "--name", "App", "--output", "template", "--no-restore");
        exitCode.Should().Be(0, output);
        foreach (var package in Repository.This.Packages) WriteApplication(package);
        new XElement("Solution", Repository.This.Packages.Select(package => new XElement("Project", new XAttribute("Path", ProjectOf(package))))).Save(Path.Combine(Root, "apps.slnx"));
        (_, _output) = await CommandLine.RunAsync(Root, Environment, stopAfter: null, "dotnet", "build", "apps.slnx", "-m:2", "-nologo", "-v:quiet");
    }

    public ValueTask DisposeAsync() => _packed.DisposeAsync();

    private static string NameOf(string package) => package + "App";

    private string ProjectOf(Package package) => Path.Combine(DirectoryOf(package.Name), NameOf(package.Name) + ".csproj");

    private void WriteApplication(Package package)
    {
        Directory.CreateDirectory(DirectoryOf(package.Name));
        var program = package.Readme.Code("Use", "csharp") ?? $"#error {package.FullName}'s README has no ```csharp block under Use\n";
        var project = XElement.Load(Path.Combine(Root, "template", "App.csproj"));
        if (program.Contains("WebApplication", StringComparison.Ordinal))
        {
            // The reader of such a program has a web application, with its framework and its implicit usings.
            project.SetAttributeValue("Sdk", "Microsoft.NET.Sdk.Web");
        }

        // What `dotnet add package` writes.
        project.Add(new XElement("ItemGroup", new XElement("PackageReference", new XAttribute("Include", package.FullName), new XAttribute("Version", VersionOf(package)))));
        project.Save(ProjectOf(package));
        File.WriteAllText(Path.Combine(DirectoryOf(package.Name), "Program.cs"), program);
        if (package.Readme.Code("Use", "json") is { } settings)
        {
            File.WriteAllText(Path.Combine(DirectoryOf(package.Name), "appsettings.json"), settings);
        }
    }

    private string VersionOf(Package package) =>
        Path.GetFileNameWithoutExtension(Directory.GetFiles(_packed.Feed, package.FullName + ".*.nupkg").Single())[(package.FullName.Length + 1)..];

    private void WriteNuGetConfiguration()
    {
        var sources = XDocument.Load(Repository.This.PathOf("nuget.config")).Root!.Element("packageSources")!;
        var mapping = new XElement("packageSourceMapping", new XElement("clear"), Mapping("family", "Patterns.*"));
        mapping.Add(sources.Elements("add").Select(static source => Mapping((string)source.Attribute("key")!, "*")));
        sources.Add(new XElement("add", new XAttribute("key", "family"), new XAttribute("value", _packed.Feed)));
        new XElement("configuration", sources, mapping).Save(Path.Combine(Root, "nuget.config"));
    }

    private static XElement Mapping(string source, string pattern) =>
        new("packageSource", new XAttribute("key", source), new XElement("package", new XAttribute("pattern", pattern)));

    private void LinkOtherPackages()
    {
        var others = Directory.CreateDirectory(Path.Combine(Root, "others")).FullName;
        var cache = System.Environment.GetEnvironmentVariable("NUGET_PACKAGES")
            ?? Path.Combine(System.Environment.GetFolderPath(System.Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        foreach (var package in new DirectoryInfo(cache).EnumerateDirectories().Where(static package => !package.Name.StartsWith("patterns.", StringComparison.OrdinalIgnoreCase)))
        {
            Directory.CreateSymbolicLink(Path.Combine(others, package.Name), package.FullName);
        }
    }
}
