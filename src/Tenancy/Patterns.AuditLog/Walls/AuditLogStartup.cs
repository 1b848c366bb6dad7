using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Patterns.AuditLog;

/// <summary>Before any hosted service starts, and after the schema was brought into shape: the tables of all classes are made, and the walls looked at.</summary>
internal sealed class AuditLogStartup(LogPartitions partitions, TenantScopeCheck scope, WallCheck walls, IOptions<AuditLogOptions> options) : IHostedLifecycleService
{
    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        if (options.Value.SealEvery != Timeout.InfiniteTimeSpan)
            await partitions.KeepClassesAsync(cancellationToken).ConfigureAwait(false);
        await scope.DemandAsync(cancellationToken).ConfigureAwait(false);
        if (options.Value.VerifyOnStart)
            await walls.DemandAsync(cancellationToken).ConfigureAwait(false);
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
