using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
using Npgsql;
using Patterns.Postgres;

namespace Patterns.LlmCost;

/// <summary>
/// The folder that a process spills to: the first below the root that no other process has. The lock ends with its process, however that ends. What processes that are gone have left behind in any folder is moved here.
/// </summary>
internal sealed class SpillLane : IDisposable
{
    public const string Pattern = "*.spill";
    private const int MaxLanes = 256;

    private readonly FileStream _lock;

    private SpillLane(string folder, FileStream held)
    {
        Folder = folder;
        _lock = held;
    }

    public string Folder { get; }

    /// <summary>Takes a folder, and with it what was left behind.</summary>
    /// <exception cref="IOException">There is none, or the disk does not let it be written.</exception>
    public static SpillLane Open(string root)
    {
        SpillLane? own = null;
        for (var i = 0; i < MaxLanes; i++)
        {
            var folder = Path.Combine(root, i.ToString(CultureInfo.InvariantCulture));
            if (own is not null && !Directory.Exists(folder))
                break;
            var lane = TryTake(folder);
            if (lane is null)
                continue;
            if (own is null)
                own = lane;
            else
                own.Adopt(lane);
        }

        return own ?? throw new IOException($"All {MaxLanes} folders below {root} are in use by other processes. Set LlmCostOptions.SpillFolder to one that fewer share.");
    }

    /// <summary>Whether a process has left something behind, as far as can be seen without taking a folder.</summary>
    public static bool HasLeftovers(string root) => Directory.Exists(root) && Directory.EnumerateFiles(root, Pattern, SearchOption.AllDirectories).Any();

    /// <summary>Where this application spills, each database apart.</summary>
    public static string Root(IOptions<LlmCostOptions> options, IPostgres postgres)
    {
        if (options.Value.SpillFolder is { } folder)
            return Path.GetFullPath(folder);
        var database = new NpgsqlConnectionStringBuilder(postgres.DataSource.ConnectionString);
        var identity = SHA256.HashData(Encoding.UTF8.GetBytes($"{database.Host}\n{database.Port}\n{database.Database}\n{postgres.Schema}"));
        var local = Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData);
        return Path.Combine(local.Length > 0 ? local : Path.GetTempPath(), "patterns-llm-cost", AppDomain.CurrentDomain.FriendlyName, Convert.ToHexStringLower(identity.AsSpan(0, 8)));
    }

    /// <summary>The files, in the order in which they were written.</summary>
    public IEnumerable<string> Files() => Directory.EnumerateFiles(Folder, Pattern).Order(StringComparer.Ordinal);

    /// <summary>The file after all that are there.</summary>
    public string NextFile()
    {
        var last = Files().LastOrDefault() is { } path ? long.Parse(Path.GetFileNameWithoutExtension(path), CultureInfo.InvariantCulture) : 0;
        return Path.Combine(Folder, $"{(last + 1).ToString("D12", CultureInfo.InvariantCulture)}.spill");
    }

    public void Dispose() => _lock.Dispose();

    private static SpillLane? TryTake(string folder)
    {
        Directory.CreateDirectory(folder);
        try
        {
            return new(folder, new FileStream(Path.Combine(folder, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException e) when (e is not (DirectoryNotFoundException or PathTooLongException))
        {
            return null;
        }
    }

    private void Adopt(SpillLane other)
    {
        using (other)
        {
            foreach (var file in other.Files().ToList())
                File.Move(file, NextFile());
        }
    }
}
