using Microsoft.Extensions.Hosting;

namespace Patterns.DevServers;

/// <summary>Gives the application's servers back when its host is disposed, which is after every service has stopped.</summary>
internal sealed class DevServersLifetime(IReadOnlyList<IAsyncDisposable> servers) : IHostedService, IAsyncDisposable
{
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        foreach (var server in servers) await server.DisposeAsync().ConfigureAwait(false);
    }
}
