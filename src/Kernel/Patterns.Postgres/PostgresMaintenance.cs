using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Patterns.Postgres;

/// <summary>
/// Keeps partitions and generations of keys in order: once when the host has started, and then at every interval, give or take a tenth, so that instances spread.
/// The partitions of now are there before the start ends, so that an application that serves is one that is healthy.
/// </summary>
internal sealed class PostgresMaintenance(TimePartitions partitions, IRememberedKeys keys, IOptions<PostgresOptions> options, TimeProvider time, ILoggerFactory? loggers = null) : BackgroundService
{
    private readonly ILogger _logger = (loggers ?? NullLoggerFactory.Instance).CreateLogger(Telemetry.Name);

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        // With SchemaMode.Off, an application starts although its database does not answer.
        if (options.Value.SchemaMode != SchemaMode.Off && options.Value.MaintenanceInterval != Timeout.InfiniteTimeSpan)
            await RunAsync("time partitions", partitions.MakeCurrentAsync, cancellationToken).ConfigureAwait(false);
        await base.StartAsync(cancellationToken).ConfigureAwait(false);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var interval = options.Value.MaintenanceInterval;
        if (interval == Timeout.InfiniteTimeSpan)
            return;

        while (true)
        {
            await RunAsync("time partitions", partitions.MaintainAsync, stoppingToken).ConfigureAwait(false);
            await RunAsync("remembered keys", keys.MaintainAsync, stoppingToken).ConfigureAwait(false);
            await Task.Delay(interval * (0.9 + (Random.Shared.NextDouble() * 0.2)), time, stoppingToken).ConfigureAwait(false);
        }
    }

    private async Task RunAsync(string what, Func<CancellationToken, Task> maintain, CancellationToken ct)
    {
        try
        {
            await maintain(ct).ConfigureAwait(false);
        }
        catch (Exception e) when (!ct.IsCancellationRequested)
        {
            // Whatever it was, a database that is down or code of the application's, the next run may find it gone.
            Telemetry.MaintenanceFailures.Add(1);
            Log.MaintenanceFailed(_logger, e, what);
        }
    }
}
