using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Support;

/// <summary>The official npm packages, in one Node process that all tests of a project share: <c>[assembly: AssemblyFixture(typeof(Peers))]</c>. It ends when its input does, so it cannot outlive the tests.</summary>
public sealed class Peers : IAsyncDisposable
{
    private readonly SemaphoreSlim _turn = new(1);
    private Process? _node;
    private int _calls;

    /// <summary>Calls a function of <c>tests/peers/peers.mjs</c> and returns its answer.</summary>
    public async Task<JsonNode?> CallAsync(string call, object with)
    {
        await _turn.WaitAsync();
        try
        {
            _node ??= Start();
            await _node.StandardInput.WriteLineAsync(JsonSerializer.Serialize(new { id = ++_calls, call, with }));
            var line = await _node.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("tests/peers/peers.mjs ended: " + await _node.StandardError.ReadToEndAsync());
            var answer = JsonNode.Parse(line)!;
            return answer["error"] is { } error ? throw new InvalidOperationException($"{call}: {error}") : answer["result"];
        }
        finally
        {
            _turn.Release();
        }
    }

    public async Task<string> SignAsync(string call, object with) => (string)(await CallAsync(call, with))!;

    public async Task<bool> VerifyAsync(string call, object with) => (bool)(await CallAsync(call, with))!;

    public async ValueTask DisposeAsync()
    {
        if (_node is not null)
        {
            _node.StandardInput.Close();
            await _node.WaitForExitAsync();
            _node.Dispose();
        }
        _turn.Dispose();
    }

    private static Process Start()
    {
        var peers = Path.Combine(Clone.Root, "tests", "peers");
        if (!Directory.Exists(Path.Combine(peers, "node_modules")))
            throw new InvalidOperationException("The npm packages that these tests compare with are not installed: run `npm ci --prefix tests/peers`, or build/test, which does.");
        return Process.Start(new ProcessStartInfo("node", [Path.Combine(peers, "peers.mjs")])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
    }
}
