using System.Net;

namespace Kernel.Tests.Servers;

/// <summary>Another process that starts a server.</summary>
internal sealed class ServerChild(ChildProcess process) : IAsyncDisposable
{
    public ChildProcess Process => process;

    /// <summary>The connection string, once it is ready.</summary>
    public string ConnectionString { get; private set; } = "";

    /// <summary>The server's directory, once it is ready; of Redis, the version.</summary>
    public string Directory { get; private set; } = "";

    public static ServerChild Start(params IEnumerable<string> arguments) => Start(new Dictionary<string, string?>(StringComparer.Ordinal), [], arguments);

    public static ServerChild Start(IReadOnlyDictionary<string, string?> environment, IEnumerable<string> prefix, params IEnumerable<string> arguments) =>
        new(ChildProcess.Start(environment, prefix, "DevServer", arguments));

    /// <summary>Starts it and waits until its server answers.</summary>
    public static async Task<ServerChild> StartReadyAsync(params IEnumerable<string> arguments)
    {
        var child = Start(arguments);
        await child.ReadyAsync();
        return child;
    }

    public async Task ReadyAsync()
    {
        await process.WaitForLineAsync("starting", TestContext.Current.CancellationToken);
        var outcome = await SaidAsync();
        if (outcome != "ready") throw new InvalidOperationException($"The server did not start: {await SaidAsync()}: {await SaidAsync()}");
        ConnectionString = await SaidAsync();
        Directory = await SaidAsync();
    }

    /// <summary>The exception with which its start failed, as "type: message".</summary>
    public async Task<string> FailureAsync()
    {
        await process.WaitForLineAsync("failed", TestContext.Current.CancellationToken);
        return $"{await SaidAsync()}: {await SaidAsync()}";
    }

    public async Task<string> AskAsync(string request)
    {
        await process.WriteLineAsync(request);
        return await SaidAsync();
    }

    /// <summary>The shell that watches over its server.</summary>
    public int WatcherId() => Traces.ChildrenOf(process.Id).Single();

    public ValueTask DisposeAsync() => process.DisposeAsync();

    private async Task<string> SaidAsync() => WebUtility.UrlDecode(await process.ReadLineAsync(TestContext.Current.CancellationToken));
}
