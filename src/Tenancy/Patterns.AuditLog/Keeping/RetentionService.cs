using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Patterns.AuditLog;

/// <summary>Looks for months that are past their retention, where this process seals.</summary>
internal sealed class RetentionService(RetentionDrop retention, AuditKeys keys, IOptions<AuditLogOptions> options, TimeProvider time, ILoggerFactory? loggers = null) : BackgroundService
{
    private readonly ILogger _logger = Log.For(loggers);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (options.Value.SealEvery == Timeout.InfiniteTimeSpan)
            return;

        while (!stoppingToken.IsCancellationRequested)
        {
            // Not at once: what the start brings in order comes first.
            await Task.Delay(options.Value.RetentionInterval, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (stoppingToken.IsCancellationRequested || keys.Signing is null)
                continue;
            try
            {
                await retention.RunAsync(stoppingToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                Telemetry.CountRetentionFailure();
                Log.RetentionFailed(_logger, e);
            }
        }
    }
}
