using System.Diagnostics;
using System.Text;

namespace Family.Tests;

/// <summary>Runs a program to its end, for a bounded time.</summary>
internal static class CommandLine
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(10);

    /// <param name="directory">The current directory of the program.</param>
    /// <param name="environment">Variables that are set for it.</param>
    /// <param name="stopAfter">A text in whose presence on a line of output the program is asked to stop with SIGTERM; null lets it end by itself.</param>
    /// <param name="command">The program and its arguments.</param>
    /// <returns>The exit code, and everything that it wrote.</returns>
    public static async Task<(int ExitCode, string Output)> RunAsync(string directory, IEnumerable<(string Name, string Value)> environment, string? stopAfter, params string[] command)
    {
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            WorkingDirectory = directory,
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        using var limit = new CancellationTokenSource(Limit);
        process.StandardInput.Close();
        var output = new StringBuilder($"{directory}$ {string.Join(' ', command)}\n");
        try
        {
            await Task.WhenAll(ReadAsync(process.StandardOutput), ReadAsync(process.StandardError));
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            return (-1, $"{output}\nstopped after {Limit.TotalMinutes} minutes");
        }

        return (process.ExitCode, output.ToString());

        async Task ReadAsync(StreamReader reader)
        {
            while (await reader.ReadLineAsync(limit.Token) is { } line)
            {
                lock (output)
                {
                    output.Append(line).Append('\n');
                }

                if (stopAfter is not null && line.Contains(stopAfter, StringComparison.Ordinal))
                {
                    using var kill = Process.Start("kill", ["-TERM", process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
                    await kill.WaitForExitAsync(limit.Token);
                }
            }
        }
    }
}
