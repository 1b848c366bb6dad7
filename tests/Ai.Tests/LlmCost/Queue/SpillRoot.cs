namespace Ai.Tests.LlmCost;

/// <summary>A folder to spill to, for one test.</summary>
internal sealed class SpillRoot : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("spill-").FullName;

    /// <summary>The bytes of all spill files.</summary>
    public long Bytes => Files.Sum(static file => new FileInfo(file).Length);

    public IReadOnlyList<string> Files => [.. Directory.EnumerateFiles(Path, "*.spill", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];

    public IReadOnlyList<string> Others(string pattern) => [.. Directory.EnumerateFiles(Path, pattern, SearchOption.AllDirectories)];

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
