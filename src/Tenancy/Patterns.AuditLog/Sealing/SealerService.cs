using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Patterns.AuditLog;

/// <summary>Seals at every turn. Any number of processes do; one works at a time.</summary>
internal sealed class SealerService(Sealer sealer, AuditKeys keys, IOptions<AuditLogOptions> options, TimeProvider time, ILoggerFactory? loggers = null) : BackgroundService
{
    private readonly ILogger _logger = Log.For(loggers);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (options.Value.SealEvery == Timeout.InfiniteTimeSpan)
            return;

        if (keys.Signing is null)
        {
            Log.NoKey(_logger);
            return;
        }

        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await sealer.SealDueAsync(stoppingToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                // A database that is down, a key service that does not answer: entries wait, and health says so when it lasts.
                Telemetry.CountSealFailure();
                Log.SealFailed(_logger, e);
            }

            await Task.Delay(options.Value.SealEvery, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
