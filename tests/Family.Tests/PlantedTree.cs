namespace Family.Tests;

/// <summary>A small repository in a temporary directory, in which a test plants the fault that a check must find.</summary>
internal sealed class PlantedTree : IDisposable
{
    public PlantedTree()
    {
        Repository = new Repository(Directory.CreateTempSubdirectory("patterns-family-").FullName);
        Write("src/Area/Patterns.Planted/Patterns.Planted.csproj", "<Project Sdk=\"Microsoft.NET.Sdk\" />\n");
    }

    public Repository Repository { get; }

    public Package Package => Repository["Planted"];

    public PlantedTree Write(string path, string text)
    {
        var file = new FileInfo(Repository.PathOf(path));
        file.Directory!.Create();
        File.WriteAllText(file.FullName, text);
        return this;
    }

    public void Dispose() => Directory.Delete(Repository.Root, recursive: true);
}
