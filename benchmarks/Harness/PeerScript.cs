using System.Data.Common;
using System.Diagnostics;
using System.Text.Json;

namespace Harness;

/// <summary>Runs a script of <c>benchmarks/peers</c> under Node and reads the measurements that it prints.</summary>
public static class PeerScript
{
    /// <param name="script">The file's name in <c>benchmarks/peers</c>.</param>
    /// <param name="environment">What the script must know, such as the address of the server that the other subjects use.</param>
    public static async Task<IReadOnlyList<Measurement>> RunAsync(string script, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo("node", [Path.Combine(Repository.Root, "benchmarks", "peers", script)]) { RedirectStandardOutput = true, UseShellExecute = false };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        var measurements = new List<Measurement>();
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            Console.WriteLine(line);
            if (line.StartsWith('{'))
            {
                measurements.Add(JsonSerializer.Deserialize<Measurement>(line)!);
            }
        }

        await process.WaitForExitAsync();
        return process.ExitCode == 0 && measurements.Count > 0
            ? measurements
            : throw new InvalidOperationException($"benchmarks/peers/{script} ended with exit code {process.ExitCode} and {measurements.Count} measurements.");
    }

    /// <summary>A connection string in the form that libpq reads, all in the query: other parts of a URL cannot hold the directory of a Unix socket.</summary>
    internal static string Url(string connectionString)
    {
        var parts = new DbConnectionStringBuilder { ConnectionString = connectionString };
        string Part(string name) => parts.TryGetValue(name, out var value) ? Uri.EscapeDataString((string)value) : "";
        return $"postgresql:///{Part("Database")}?host={Part("Host")}&port={(Part("Port") is { Length: > 0 } port ? port : "5432")}&user={Part("Username")}&password={Part("Password")}";
    }
}
