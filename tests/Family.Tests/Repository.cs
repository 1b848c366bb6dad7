namespace Family.Tests;

/// <summary>A tree laid out as this repository is: the clone that the tests were built from, or a small one made to hold a fault.</summary>
internal sealed record Repository(string Root)
{
    private static readonly string[] NotOurs = ["bin", "obj", "artifacts", "node_modules", "BenchmarkDotNet.Artifacts"];

    public static Repository This { get; } = new(Clone.Root);

    /// <summary>The folders <c>src/&lt;Area&gt;/Patterns.&lt;Name&gt;</c>.</summary>
    public IReadOnlyList<Package> Packages => Directory.GetDirectories(Path.Combine(Root, "src"))
        .SelectMany(static area => Directory.GetDirectories(area, "Patterns.*"))
        .Order(StringComparer.Ordinal)
        .Select(directory => new Package(this, directory))
        .ToList();

    public Package this[string name] => Packages.Single(package => package.Name == name);

    public string PathOf(params ReadOnlySpan<string> parts) => Path.Combine([Root, .. parts]);

    public string Relative(string path) => Path.GetRelativePath(Root, path);

    /// <summary>The files below a folder that are written by hand and end in one of the given ways; all of them when none is given.</summary>
    public IEnumerable<string> Files(string folder, params string[] endings)
    {
        var start = PathOf(folder);
        return Directory.Exists(start)
            ? Walk(new DirectoryInfo(start)).Where(path => endings.Length == 0 || endings.Any(ending => path.EndsWith(ending, StringComparison.Ordinal)))
            : [];
    }

    private static IEnumerable<string> Walk(DirectoryInfo directory) => directory.EnumerateFiles().Select(static file => file.FullName)
        .Concat(directory.EnumerateDirectories()
            .Where(static child => !NotOurs.Contains(child.Name, StringComparer.Ordinal) && child.Name != ".git")
            .SelectMany(Walk));
}
