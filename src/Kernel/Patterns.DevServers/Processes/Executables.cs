using System.Diagnostics;

namespace Patterns.DevServers;

/// <summary>Finds programs and runs the short ones.</summary>
internal static class Executables
{
    // A service's PATH often lacks the system directories, where runuser is.
    private static readonly string[] SystemDirectories = ["/usr/local/bin", "/usr/bin", "/bin", "/usr/sbin", "/sbin"];

    /// <summary>The directories of the environment variable.</summary>
    public static IEnumerable<string> Path => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>The same, and after them the directories with what every system has.</summary>
    public static IEnumerable<string> PathWithSystem => Path.Concat(SystemDirectories).Distinct(StringComparer.Ordinal);

    /// <summary>A program that every system has somewhere.</summary>
    public static string? Find(string name) => FindIn(PathWithSystem, name);

    public static string? FindIn(IEnumerable<string> directories, string name) => directories.Select(directory => System.IO.Path.Combine(directory, name)).FirstOrDefault(File.Exists);

    /// <summary>Runs a program to its end; exit code -1 when it does not start or does not end within the limit (it is killed then).</summary>
    public static async Task<(int ExitCode, string Output, string Errors)> RunAsync(IReadOnlyList<string> command, TimeSpan limit, TimeProvider time)
    {
        using var process = new Process
        {
            StartInfo = new ProcessStartInfo(command[0], command.Skip(1)) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true },
        };
        try
        {
            if (!process.Start()) return (-1, "", "");
        }
        catch (System.ComponentModel.Win32Exception error)
        {
            return (-1, "", error.Message);
        }
        process.StandardInput.Close();
        using var deadline = new CancellationTokenSource(limit, time);
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(deadline.Token);
            var errors = process.StandardError.ReadToEndAsync(deadline.Token);
            await process.WaitForExitAsync(deadline.Token).ConfigureAwait(false);
            return (process.ExitCode, (await output.ConfigureAwait(false)).Trim(), (await errors.ConfigureAwait(false)).Trim());
        }
        catch (OperationCanceledException)
        {
            return (-1, "", $"no answer within {limit.TotalSeconds:0} s");
        }
        finally
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }
    }
}
