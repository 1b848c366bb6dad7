using System.Diagnostics;
using System.Reflection;
using System.Text;

namespace SaasApp.Tests;

/// <summary>The application as a process of its own. Disposing kills it, if it still runs.</summary>
public sealed class AppProcess : IAsyncDisposable
{
    private const string Listening = "Now listening on: ";
    private static readonly string Assembly = typeof(AppProcess).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(data => data.Key == "SaasApp").Value!;
    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private TaskCompletionSource _more = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<Uri?> _address = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _reading;

    private AppProcess(Process process)
    {
        _process = process;
        _reading = Task.WhenAll(ReadAsync(process.StandardOutput), ReadAsync(process.StandardError));
    }

    public int Id => _process.Id;

    /// <summary>Everything that it wrote.</summary>
    public string Output
    {
        get
        {
            lock (_output) return _output.ToString();
        }
    }

    /// <summary>Runs the application; returns at once.</summary>
    /// <param name="environment">Variables, beside those that make it listen on a free port in Development; null removes one.</param>
    /// <param name="arguments">Its arguments.</param>
    public static AppProcess Run(IReadOnlyDictionary<string, string?>? environment = null, params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Assembly, .. arguments]) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["ASPNETCORE_ENVIRONMENT"] = "Development";
        start.Environment["ASPNETCORE_URLS"] = "http://127.0.0.1:0";
        // No process lives long enough to earn what it costs to watch which of its code is hot.
        start.Environment["DOTNET_TieredPGO"] = "0";
        foreach (var (name, value) in environment ?? new Dictionary<string, string?>(StringComparer.Ordinal))
        {
            if (value is null) start.Environment.Remove(name);
            else start.Environment[name] = value;
        }

        return new AppProcess(Process.Start(start)!);
    }

    /// <summary>Runs the application and waits until it listens.</summary>
    public static async Task<AppProcess> StartAsync(IReadOnlyDictionary<string, string?>? environment = null)
    {
        var app = Run(environment);
        await app.AddressAsync();
        return app;
    }

    /// <summary>Where it listens, as its own log says.</summary>
    public async Task<Uri> AddressAsync() => await _address.Task ?? throw new InvalidOperationException($"The application ended before it listened:\n{Output}");

    /// <summary>Waits until it has written a text.</summary>
    public async Task SaysAsync(string text)
    {
        while (true)
        {
            var (isAll, more) = (_reading.IsCompleted, Task.CompletedTask);
            lock (_output)
            {
                if (_output.ToString().Contains(text, StringComparison.Ordinal)) return;
                more = _more.Task;
            }

            if (isAll) throw new InvalidOperationException($"The application ended without saying '{text}':\n{Output}");
            await Task.WhenAny(more, _reading);
        }
    }

    /// <summary>A client whose addresses are relative to the application's.</summary>
    public async Task<HttpClient> ClientAsync() => new() { BaseAddress = await AddressAsync() };

    /// <summary>A file of the application's sources, such as <c>Stripe/invoice.paid.json</c>.</summary>
    public static string File(string path) => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(Assembly)!, "../../..", path));

    /// <summary>Sends a signal by its name, such as TERM.</summary>
    public void Signal(string name)
    {
        using var kill = Process.Start("kill", [$"-{name}", $"{Id}"]);
        kill.WaitForExit();
    }

    /// <summary>Waits for its end.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> EndAsync()
    {
        await _process.WaitForExitAsync();
        await _reading;
        return _process.ExitCode;
    }

    /// <summary>Kills it with SIGKILL, only it, and waits until it is dead.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) await KillAsync();
        await _reading;
        _process.Dispose();
    }

    private async Task ReadAsync(StreamReader reader)
    {
        while (await reader.ReadLineAsync() is { } line)
        {
            lock (_output)
            {
                _output.AppendLine(line);
                _more.SetResult();
                _more = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }

            if (line.IndexOf(Listening, StringComparison.Ordinal) is >= 0 and var at) _address.TrySetResult(new Uri(line[(at + Listening.Length)..]));
        }

        _address.TrySetResult(null);
    }
}
