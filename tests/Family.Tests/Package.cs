using System.Reflection;

namespace Family.Tests;

/// <summary>One package, found by its folder.</summary>
internal sealed record Package(Repository Repository, string Directory)
{
    public string FullName => Path.GetFileName(Directory);

    /// <summary>The name without <c>Patterns.</c>, which tests, samples and benchmarks are named after.</summary>
    public string Name => FullName["Patterns.".Length..];

    public string Area => Path.GetFileName(Path.GetDirectoryName(Directory)!);

    /// <summary>What other packages stand on: it needs no sample and no benchmark class of its own.</summary>
    public bool IsKernel => Area == "Kernel";

    public string Project => Path.Combine(Directory, FullName + ".csproj");

    public string PublicApi => Path.Combine(Directory, "PublicApi.txt");

    public Readme Readme => Readme.Of(Path.Combine(Directory, "README.md"));

    public IEnumerable<string> Sources => Repository.Files(Repository.Relative(Directory), ".cs");

    public IEnumerable<string> Scripts => Repository.Files(Repository.Relative(Path.Combine(Directory, "Schema")), ".sql").Order(StringComparer.Ordinal);

    public Assembly Assembly => Assembly.Load(FullName);
}
