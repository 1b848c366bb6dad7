using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Harness;

namespace Ai.Benchmarks;

/// <summary>The gateway of npm that applications put between themselves and their providers, in a process of its own.</summary>
internal sealed class Gateway : IDisposable
{
    private const string Package = "@portkey-ai/gateway";
    private readonly Process _process;

    private Gateway(Process process, Uri address, string name) => (_process, Address, Name) = (process, address, name);

    public Uri Address { get; }

    /// <summary>The package and its version.</summary>
    public string Name { get; }

    public static async Task<Gateway> StartAsync(HttpClient http)
    {
        var peers = Path.Combine(Repository.Root, "tests", "peers");
        using var manifest = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(peers, "package.json")));
        var version = manifest.RootElement.GetProperty("dependencies").GetProperty(Package).GetString();
        var address = new Uri($"http://127.0.0.1:{FreePort()}/");
        var start = new ProcessStartInfo("node", [Path.Combine(peers, "node_modules", Package, "build", "start-server.js"), $"--port={address.Port}", "--headless"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            Environment = { ["NODE_ENV"] = "production" },
        };
        var gateway = new Gateway(Process.Start(start)!, address, $"{Package} {version}");
        gateway._process.BeginOutputReadLine();
        gateway._process.BeginErrorReadLine();
        for (var deadline = Stopwatch.GetTimestamp(); ;)
        {
            try
            {
                using var response = await http.GetAsync(address);
                return gateway;
            }
            catch (HttpRequestException) when (!gateway._process.HasExited && Stopwatch.GetElapsedTime(deadline) < TimeSpan.FromSeconds(30))
            {
                await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
            }
        }
    }

    /// <summary>What a request tells the gateway: two targets, the second for when the first fails.</summary>
    public static string Config(Uri provider)
    {
        var target = new { provider = "openai", api_key = "unused", custom_host = new Uri(provider, "v1").ToString() };
        return JsonSerializer.Serialize(new { strategy = new { mode = "fallback" }, targets = new[] { target, target } });
    }

    public void Dispose()
    {
        _process.Kill(entireProcessTree: true);
        _process.Dispose();
    }

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
