using Microsoft.Extensions.Hosting;

namespace Patterns.LlmCost;

/// <summary>Begins with what an earlier run has left, and lets nothing wait when the host stops.</summary>
internal sealed class CallQueueService(CallQueue queue) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        queue.Start(demandSpill: true);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => queue.StopAsync(cancellationToken);
}
