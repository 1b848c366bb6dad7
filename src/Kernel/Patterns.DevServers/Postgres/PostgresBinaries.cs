namespace Patterns.DevServers;

/// <summary>A directory with PostgreSQL's programs.</summary>
/// <param name="Directory">Where <c>postgres</c> and <c>initdb</c> are.</param>
internal sealed record PostgresBinaries(string Directory)
{
    private static readonly TimeSpan VersionLimit = TimeSpan.FromSeconds(10);
    private string? _version;

    /// <summary>The explicit directory, else the first that has both programs.</summary>
    public static PostgresBinaries? Find(string? explicitDirectory)
    {
        if (explicitDirectory is not null)
        {
            return Has(explicitDirectory)
                ? new PostgresBinaries(explicitDirectory)
                : throw new ServerNotFoundException($"BinDirectory '{explicitDirectory}' has no 'postgres' and 'initdb'. On Debian they are in /usr/lib/postgresql/<version>/bin.");
        }
        var found = Executables.Path
            .Concat(Newest("/usr/lib/postgresql", "*", "bin"))
            .Concat(Newest("/usr", "pgsql-*", "bin"))
            .Concat(Newest("/opt/homebrew/opt", "postgresql*", "bin"))
            .Concat(Newest("/usr/local/opt", "postgresql*", "bin"))
            .FirstOrDefault(Has);
        return found is null ? null : new PostgresBinaries(found);
    }

    /// <summary>What <c>postgres --version</c> says; it tells cached data directories apart.</summary>
    public async Task<string> VersionAsync(TimeProvider time) => _version ??=
        (await Executables.RunAsync([Path.Combine(Directory, "postgres"), "--version"], VersionLimit, time).ConfigureAwait(false)).Output;

    private static bool Has(string directory) => File.Exists(Path.Combine(directory, "postgres")) && File.Exists(Path.Combine(directory, "initdb"));

    private static IEnumerable<string> Newest(string root, string pattern, string below) => System.IO.Directory.Exists(root)
        ? from directory in System.IO.Directory.EnumerateDirectories(root, pattern)
          orderby VersionIn(Path.GetFileName(directory)) descending
          select Path.Combine(directory, below)
        : [];

    /// <summary>9.6 of "pgsql-9.6", 17 of "postgresql@17".</summary>
    private static decimal VersionIn(string name) =>
        decimal.TryParse(string.Concat(name.Where(c => char.IsAsciiDigit(c) || c == '.')), System.Globalization.CultureInfo.InvariantCulture, out var version) ? version : 0;
}
