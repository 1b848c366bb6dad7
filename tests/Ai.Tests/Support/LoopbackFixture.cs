using LoopbackModels;

namespace Ai.Tests;

/// <summary>One loopback server for a class of tests, each of which names models of its own.</summary>
public sealed class LoopbackFixture : IAsyncLifetime
{
    private int _names;

    public ModelServer Server { get; private set; } = null!;

    public ModelClients Clients { get; private set; } = null!;

    /// <summary>A name that no other test uses.</summary>
    public string Name(string stem) => $"{stem}-{Interlocked.Increment(ref _names)}";

    public async ValueTask InitializeAsync() => Clients = new(Server = await ModelServer.StartAsync());

    public async ValueTask DisposeAsync()
    {
        Clients.Dispose();
        await Server.DisposeAsync();
    }
}
