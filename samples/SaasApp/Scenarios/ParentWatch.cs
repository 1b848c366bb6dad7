using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace SaasApp;

/// <summary>The other end of <see cref="DoomedProcess"/>: tells the address, and stops this process when the one that started it has gone.</summary>
internal sealed class ParentWatch(IHostApplicationLifetime lifetime, IServer server) : BackgroundService
{
    /// <summary>What the line with the address begins with.</summary>
    public const string Listening = "doomed process listens on ";

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        lifetime.ApplicationStarted.Register(() => Console.WriteLine(Listening + server.Features.Get<IServerAddressesFeature>()!.Addresses.First()));

        // Standard input ends when nobody holds its other end. The read takes no token, so on a stop it is left behind.
        Task end = Task.Run(static () => Console.In.ReadToEnd(), stoppingToken);
        await end.WaitAsync(stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        lifetime.StopApplication();
    }
}
