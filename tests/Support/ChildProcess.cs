using System.Diagnostics;
using System.Reflection;

namespace Support;

/// <summary>
/// A process that a test starts in order to kill it: <c>dotnet Children.dll &lt;Scenario&gt; &lt;arguments&gt;</c>. It tells its progress in lines of its
/// standard output. Disposing kills it, if it still runs.
/// </summary>
public sealed class ChildProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly Task<string> _errors;

    private ChildProcess(Process process) => (_process, _errors) = (process, process.StandardError.ReadToEndAsync());

    /// <summary>The assembly with the scenarios, as the build of Support put it there.</summary>
    public static string AssemblyPath { get; } = typeof(ChildProcess).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(data => data.Key == "Children").Value!;

    public int Id => _process.Id;

    /// <summary>Starts a scenario.</summary>
    /// <param name="scenario">The name of its class in tests/Children.</param>
    /// <param name="arguments">What its <c>RunAsync</c> gets.</param>
    public static ChildProcess Start(string scenario, params IEnumerable<string> arguments) => Start(new Dictionary<string, string?>(StringComparer.Ordinal), [], scenario, arguments);

    /// <summary>Starts a scenario below another command, such as setpriv, and in a changed environment.</summary>
    /// <param name="environment">Variables that are set, or with null removed.</param>
    /// <param name="prefix">The command and its arguments, before <c>dotnet</c>.</param>
    /// <param name="scenario">The name of its class in tests/Children.</param>
    /// <param name="arguments">What its <c>RunAsync</c> gets.</param>
    public static ChildProcess Start(IReadOnlyDictionary<string, string?> environment, IEnumerable<string> prefix, string scenario, params IEnumerable<string> arguments) =>
        Start(AssemblyPath, environment, prefix, scenario, arguments);

    /// <summary>The same from a copy of the assembly and its companions, for a user who cannot read the original.</summary>
    public static ChildProcess Start(
        string assembly, IReadOnlyDictionary<string, string?> environment, IEnumerable<string> prefix, string scenario, params IEnumerable<string> arguments)
    {
        string[] command = [.. prefix, Environment.ProcessPath is { } path && Path.GetFileName(path) == "dotnet" ? path : "dotnet", assembly, scenario, .. arguments];
        var start = new ProcessStartInfo(command[0], command.Skip(1))
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment)
        {
            if (value is null) start.Environment.Remove(name);
            else start.Environment[name] = value;
        }
        return new ChildProcess(Process.Start(start)!);
    }

    /// <summary>The next line of its output; fails with what it wrote to its error stream when it ended instead.</summary>
    public async Task<string> ReadLineAsync(CancellationToken ct = default) =>
        await _process.StandardOutput.ReadLineAsync(ct) ?? throw new InvalidOperationException($"The child process ended. It wrote to its error stream:\n{await _errors}");

    /// <summary>Reads on to the line that is equal to <paramref name="expected"/>.</summary>
    public async Task WaitForLineAsync(string expected, CancellationToken ct = default)
    {
        while (await ReadLineAsync(ct) != expected)
        {
        }
    }

    /// <summary>All lines from here to the end of its output.</summary>
    public async IAsyncEnumerable<string> ReadLinesAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken ct = default)
    {
        while (await _process.StandardOutput.ReadLineAsync(ct) is { } line) yield return line;
    }

    /// <summary>Sends a line to its standard input.</summary>
    public Task WriteLineAsync(string line) => _process.StandardInput.WriteLineAsync(line);

    /// <summary>Ends its standard input, by which a well-behaved scenario ends; waits for that.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> FinishAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync();
        return _process.ExitCode;
    }

    /// <summary>Kills it with SIGKILL and waits until it is dead.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) await KillAsync();
        _process.Dispose();
    }
}
