using System.Diagnostics;
using Microsoft.Extensions.Options;
using Patterns.Postgres;

namespace SaasApp;

/// <summary>
/// A second process of this application, on the same database and a port of its own, that is started to be killed in the middle of a delivery. It
/// ends with this process, however this one ends: it reads a pipe that this one holds open.
/// </summary>
internal sealed class DoomedProcess : IAsyncDisposable
{
    public const string Argument = "--doomed";
    private readonly Process _process;

    private DoomedProcess(Process process, Uri address) => (_process, Address) = (process, address);

    public Uri Address { get; }

    public static async Task<DoomedProcess> StartAsync(IServiceProvider services, CancellationToken ct)
    {
        // Either the SDK's "dotnet SaasApp.dll", or an executable of its own.
        var executable = Environment.ProcessPath!;
        string[] arguments = Path.GetFileNameWithoutExtension(executable) == "dotnet" ? [typeof(DoomedProcess).Assembly.Location, Argument] : [Argument];
        var start = new ProcessStartInfo(executable, arguments) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true };
        start.Environment["ASPNETCORE_ENVIRONMENT"] = services.GetRequiredService<IHostEnvironment>().EnvironmentName;
        start.Environment["ASPNETCORE_URLS"] = "http://127.0.0.1:0";
        start.Environment["ConnectionStrings__Postgres"] = services.GetRequiredService<IOptions<PostgresOptions>>().Value.ConnectionString;
        start.Environment["ConnectionStrings__Owner"] = services.GetRequiredService<IOptions<PostgresOptions>>().Value.MigrationConnectionString;
        services.GetRequiredService<Secrets>().PassOn(start.Environment);

        var process = Process.Start(start)!;
        try
        {
            while (await process.StandardOutput.ReadLineAsync(ct) is { } line)
            {
                if (line.StartsWith(ParentWatch.Listening, StringComparison.Ordinal))
                    return new DoomedProcess(process, new Uri(line[ParentWatch.Listening.Length..]));
            }

            throw new InvalidOperationException("The second process of the application ended before it listened.");
        }
        catch
        {
            await EndAsync(process);
            throw;
        }
    }

    /// <summary>Completes when it is dead.</summary>
    public Task WaitForDeathAsync(CancellationToken ct) => _process.WaitForExitAsync(ct);

    public async ValueTask DisposeAsync() => await EndAsync(_process);

    private static async Task EndAsync(Process process)
    {
        process.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
    }
}
