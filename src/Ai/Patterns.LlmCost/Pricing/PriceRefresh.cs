using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Patterns.Postgres;

namespace Patterns.LlmCost;

/// <summary>Reads the prices before the host is up, when another process has imported some, and once a minute.</summary>
internal sealed class PriceRefresh(CurrentPrices prices, INotifications notifications, TimeProvider time, ILoggerFactory? loggers = null) : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromMinutes(1);

    private readonly ILogger _logger = Log.For(loggers);

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        // What is booked before the prices are known would be unpriced.
        await TryAsync(prices.RefreshAsync, cancellationToken).ConfigureAwait(false);
        await base.StartAsync(cancellationToken).ConfigureAwait(false);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        IAsyncDisposable? subscription = null;
        try
        {
            while (!stoppingToken.IsCancellationRequested)
            {
                await TryAsync(
                    async token =>
                    {
                        subscription ??= await notifications.SubscribeAsync(CurrentPrices.Channel, async (_, ct) => await prices.RefreshAsync(ct).ConfigureAwait(false), token).ConfigureAwait(false);
                        await prices.RefreshAsync(token).ConfigureAwait(false);
                    },
                    stoppingToken).ConfigureAwait(false);
                await Task.Delay(Every, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
        finally
        {
            if (subscription is not null)
                await subscription.DisposeAsync().ConfigureAwait(false);
        }
    }

    private async Task TryAsync(Func<CancellationToken, Task> work, CancellationToken cancellationToken)
    {
        try
        {
            await work(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
        }
        catch (Exception e)
        {
            Log.PricesNotRead(_logger, e);
        }
    }
}
