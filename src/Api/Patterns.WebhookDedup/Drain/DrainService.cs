using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Patterns.WebhookDedup;

/// <summary>Drains as long as the application runs: at once after a signal of this process, else every second. Sources without a handler here are left to other processes.</summary>
internal sealed class DrainService(WebhookDrain drain, SourceMap sources, WakeSignal wake, TimeProvider time, ILoggerFactory? loggers = null) : BackgroundService
{
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);
    private readonly ILogger _logger = Log.For(loggers);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (sources.WithHandlers.Length == 0)
            return;

        var pause = Poll;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (await drain.TakeAsync(stoppingToken).ConfigureAwait(false) == 0)
                    await wake.WaitAsync(Poll, stoppingToken).ConfigureAwait(false);
                pause = Poll;
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                break;
            }
            catch (Exception e)
            {
                // A drain that ends would go unnoticed until the inbox is full; a server that is away comes back.
                Log.DrainFailed(_logger, e, pause.TotalSeconds);
                await Task.Delay(pause, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
            }
        }

        await drain.IdleAsync().ConfigureAwait(false);
    }
}
