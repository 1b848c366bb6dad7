using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Patterns.Postgres;

namespace Patterns.WebhookDedup;

/// <summary>Measures the inbox every half minute, and prunes the order of entities every ten minutes. Partitions and generations have the kernel's own maintenance.</summary>
internal sealed class UpkeepService(IPostgres postgres, IOptions<WebhookDedupOptions> options, TimeProvider time, ILoggerFactory? loggers = null) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);
    private const int TurnsPerPruning = 20;

    private readonly InboxStatement _statement = new(postgres);
    private readonly OrderPruning _pruning = new(postgres);
    private readonly ILogger _logger = Log.For(loggers);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        for (var turn = 0; !stoppingToken.IsCancellationRequested; turn++)
        {
            try
            {
                if (turn % TurnsPerPruning == 0)
                    await _pruning.RunAsync(options.Value.RememberFor, stoppingToken).ConfigureAwait(false);
                Telemetry.Record(await _statement.ExecuteAsync(stoppingToken).ConfigureAwait(false));
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                Log.UpkeepFailed(_logger, e);
            }

            await Task.Delay(Interval, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
