namespace Harness;

/// <summary>Where this clone is, found from the built assembly, so that any current directory will do.</summary>
public static class Repository
{
    public static string Root { get; } = Find();

    private static string Find()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (directory is not null && !File.Exists(Path.Combine(directory.FullName, "Patterns.sln")))
        {
            directory = directory.Parent;
        }

        return directory?.FullName ?? throw new DirectoryNotFoundException($"There is no Patterns.sln above {AppContext.BaseDirectory}.");
    }
}
