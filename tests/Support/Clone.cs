namespace Support;

/// <summary>The clone that the tests were built from, found above the built assembly, so that any current directory will do.</summary>
public static class Clone
{
    public static string Root { get; } = Find();

    private static string Find()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(directory.FullName, "Patterns.sln")))
            directory = directory.Parent ?? throw new DirectoryNotFoundException($"There is no Patterns.sln above {AppContext.BaseDirectory}.");

        return directory.FullName;
    }
}
