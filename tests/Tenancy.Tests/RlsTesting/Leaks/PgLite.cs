using System.Diagnostics;

namespace Tenancy.Tests.RlsTesting.Leaks;

/// <summary>PostgreSQL 17 from npm, in a process that ends when its input does, so that it cannot outlive the tests.</summary>
internal sealed class PgLite : IAsyncDisposable
{
    private readonly Process _node;

    private PgLite(Process node, string address) => (_node, ConnectionString) = (node, $"Host={address.Split(':')[0]};Port={address.Split(':')[1]};Username=postgres;Password=postgres;Database=postgres;Maximum Pool Size=1;SSL Mode=Disable;GSS Encryption Mode=Disable");

    public string ConnectionString { get; }

    public static async Task<PgLite> StartAsync(CancellationToken ct)
    {
        var script = Path.Combine(Clone.Root, "tests", "peers", "pglite.mjs");
        if (!Directory.Exists(Path.Combine(Clone.Root, "tests", "peers", "node_modules")))
            throw new InvalidOperationException("The npm packages are not installed: run `npm ci --prefix tests/peers`, or build/test, which does.");
        var node = Process.Start(new ProcessStartInfo("node", [script]) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })!;
        return new(node, await node.StandardOutput.ReadLineAsync(ct) ?? throw new InvalidOperationException("tests/peers/pglite.mjs ended: " + await node.StandardError.ReadToEndAsync(ct)));
    }

    public async ValueTask DisposeAsync()
    {
        _node.StandardInput.Close();
        await _node.WaitForExitAsync();
        _node.Dispose();
    }
}
