using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Patterns.Postgres;

namespace Patterns.RlsSession;

/// <summary>Installs or checks the functions after the tables, and refuses to start where policies would not hold.</summary>
internal sealed class RlsStartup(FunctionInstaller functions, RlsFacts facts, IOptions<RlsOptions> options, IOptions<PostgresOptions> database, ILoggerFactory? loggers = null) : IHostedLifecycleService
{
    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        switch (database.Value.SchemaMode)
        {
            case SchemaMode.Apply:
                await functions.InstallAsync(cancellationToken).ConfigureAwait(false);
                break;
            case SchemaMode.Verify when !await functions.IsInstalledAsync(cancellationToken).ConfigureAwait(false):
                throw new InvalidOperationException(
                    "The functions of row-level security are missing or were made for other options. PostgresOptions.SchemaMode is Verify, so nothing was changed. Run this text, which RlsSql.InstallFunctions prints, with psql, or set SchemaMode to Apply:\n"
                    + functions.Script);
        }

        if (!options.Value.VerifyOnStart)
            return;

        var findings = await facts.FindAsync(cancellationToken).ConfigureAwait(false);
        foreach (var finding in findings.Where(static finding => !finding.Fatal))
            Log.Weak(Log.For(loggers), finding.Fault, finding.Repair);
        var fatal = findings.Where(static finding => finding.Fatal).ToList();
        if (fatal.Count > 0)
            throw new InvalidOperationException("Row-level security would not hold, so the application does not start.\n" + string.Join('\n', fatal));
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
