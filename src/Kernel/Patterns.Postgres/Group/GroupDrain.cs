using Microsoft.Extensions.Hosting;

namespace Patterns.Postgres;

/// <summary>Stops a group after every hosted service has stopped, so that what they send while stopping is sent too.</summary>
internal sealed class GroupDrain<TRequest, TResult>(GroupCommit<TRequest, TResult> group) : IHostedLifecycleService
{
    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => group.DisposeAsync().AsTask();
}
