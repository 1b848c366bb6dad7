using System.Xml.Linq;

namespace Family.Tests;

/// <summary>Every package as a user gets it: packed, from what these tests were built with, into a feed in a temporary directory.</summary>
public sealed class PackedFeed : IAsyncLifetime
{
    // Builds of these tests must not leave a build server behind, nor ask one that another build has started.
    internal static readonly (string Name, string Value)[] Quiet = [("MSBUILDDISABLENODEREUSE", "1"), ("DOTNET_NOLOGO", "1"), ("DOTNET_CLI_TELEMETRY_OPTOUT", "1")];

    /// <summary>Debug or Release: what these tests were built as.</summary>
    internal static string Configuration { get; } = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;

    internal DirectoryInfo Directory { get; } = System.IO.Directory.CreateTempSubdirectory("patterns-packed-");

    internal string Feed => Path.Combine(Directory.FullName, "feed");

    public async ValueTask InitializeAsync()
    {
        var project = Path.Combine(Directory.FullName, "pack.proj");
        var packages = string.Join(';', Repository.This.Packages.Select(static package => package.Project));
        new XElement("Project", new XElement("Target", new XAttribute("Name", "Pack"), new XElement(
            "MSBuild",
            new XAttribute("Projects", packages),
            new XAttribute("Targets", "Pack"),
            new XAttribute("BuildInParallel", "true"),
            new XAttribute("Properties", $"Configuration={Configuration};NoBuild=true;PackageOutputPath={Feed}")))).Save(project);
        var (exitCode, output) = await CommandLine.RunAsync(Directory.FullName, Quiet, stopAfter: null, "dotnet", "msbuild", project, "-t:Pack", "-m:2", "-nologo", "-v:quiet");
        exitCode.Should().Be(0, output);
    }

    public ValueTask DisposeAsync()
    {
        Directory.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }
}
