using System.Collections.Concurrent;
using System.Xml.Linq;

namespace Family.Tests;

/// <summary>For each package a fresh console application, with the package added from the feed and its README's snippet as the program.</summary>
public sealed class FreshConsoles : IAsyncLifetime
{
    private readonly PackedFeed _packed = new();
    private readonly ConcurrentDictionary<string, (int ExitCode, string Output)> _builds = new(StringComparer.Ordinal);

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

    internal (int ExitCode, string Output) BuildOf(string package) => _builds[package];

    public async ValueTask InitializeAsync()
    {
        await _packed.InitializeAsync();
        WriteNuGetConfiguration();
        LinkOtherPackages();
        var (exitCode, output) = await CommandLine.RunAsync(Root, Environment, stopAfter: null, "dotnet", "new", "console", "--name", "App", "--output", "template", "--no-restore");
        exitCode.Should().Be(0, output);
        await Parallel.ForEachAsync(
            Repository.This.Packages,
            new ParallelOptions { MaxDegreeOfParallelism = 2 },
            async (package, _) => _builds[package.Name] = await BuildAsync(package));
    }

    public ValueTask DisposeAsync() => _packed.DisposeAsync();

    private async Task<(int ExitCode, string Output)> BuildAsync(Package package)
    {
        var directory = Directory.CreateDirectory(DirectoryOf(package.Name)).FullName;
        var program = package.Readme.Code("Use", "csharp") ?? $"#error {package.FullName}'s README has no ```csharp block under Use\n";
        var project = await File.ReadAllTextAsync(Path.Combine(Root, "template", "App.csproj"));
        if (program.Contains("WebApplication", StringComparison.Ordinal))
        {
            // The reader of such a program has a web application, with its framework and its implicit usings.
            project = project.Replace("Microsoft.NET.Sdk\"", "Microsoft.NET.Sdk.Web\"", StringComparison.Ordinal);
        }

        await File.WriteAllTextAsync(Path.Combine(directory, "App.csproj"), project);
        await File.WriteAllTextAsync(Path.Combine(directory, "Program.cs"), program);
        if (package.Readme.Code("Use", "json") is { } settings)
        {
            await File.WriteAllTextAsync(Path.Combine(directory, "appsettings.json"), settings);
        }

        var added = await CommandLine.RunAsync(directory, Environment, stopAfter: null, "dotnet", "add", "package", package.FullName, "--version", VersionOf(package));
        return added.ExitCode != 0
            ? added
            : await CommandLine.RunAsync(directory, Environment, stopAfter: null, "dotnet", "build", "--no-restore", "-nologo", "-v:quiet");
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
