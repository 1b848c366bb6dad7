using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace Support;

/// <summary>
/// Stands between a client and PostgreSQL on a loopback port, and cuts a connection at a chosen statement: before the server has seen it, or after the
/// server has answered it and before the client has. Or it freezes its connections, which is how a lost network looks.
/// </summary>
public sealed class PostgresProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly EndPoint _server;
    private readonly Task _accepting;
    private volatile Cut? _cut;
    private volatile int _frozen;
    private int _accepted;

    private sealed record Cut(byte[] Statement, bool AfterAnswer, Func<Task>? Then = null);

    private PostgresProxy(string connectionString)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString);
        _server = settings.Host!.StartsWith('/')
            ? new UnixDomainSocketEndPoint($"{settings.Host}/.s.PGSQL.{settings.Port}")
            : new IPEndPoint(IPAddress.Loopback, settings.Port);
        _listener.Start();
        (settings.Host, settings.Port, settings.SslMode) = ("127.0.0.1", ((IPEndPoint)_listener.LocalEndpoint).Port, SslMode.Disable);
        ConnectionString = settings.ConnectionString;
        _accepting = AcceptAsync();
    }

    public string ConnectionString { get; }

    /// <summary>How many connections were cut.</summary>
    public int Cuts { get; private set; }

    public static PostgresProxy Start(string connectionString) => new(connectionString);

    /// <summary>The next connection that sends this text is cut before the server sees it.</summary>
    public void CutBefore(string statement) => _cut = new(System.Text.Encoding.UTF8.GetBytes(statement), AfterAnswer: false);

    /// <summary>The next connection that sends this text is cut when the server has answered it.</summary>
    /// <param name="statement">The text.</param>
    /// <param name="then">What happens between the server's answer and the cut.</param>
    public void CutAfter(string statement, Func<Task>? then = null) => _cut = new(System.Text.Encoding.UTF8.GetBytes(statement), AfterAnswer: true, then);

    /// <summary>Nothing passes any more through the connections that are open now, and neither side is told. Later connections are whole.</summary>
    public void Freeze() => _frozen = _accepted;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting;
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        var connections = new List<Task>();
        try
        {
            while (true)
                connections.Add(ServeAsync(await _listener.AcceptSocketAsync(_stop.Token), ++_accepted));
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(connections);
        }
    }

    private async Task ServeAsync(Socket client, int number)
    {
        using (client)
        using (var server = new Socket(_server.AddressFamily, SocketType.Stream, ProtocolType.Unspecified))
        using (var ended = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token))
        {
            try
            {
                await server.ConnectAsync(_server, ended.Token);
                var muted = new TaskCompletionSource<Func<Task>?>();
                var up = PumpUpAsync(client, server, muted, number, ended.Token);
                var down = PumpDownAsync(server, client, muted, number, ended.Token);
                await Task.WhenAny(up, down);
                await ended.CancelAsync();
                await Task.WhenAll(up, down);
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                // Either side has gone; closing the other is all there is to do.
            }
        }
    }

    private async Task PumpUpAsync(Socket client, Socket server, TaskCompletionSource<Func<Task>?> muted, int number, CancellationToken ct)
    {
        var buffer = new byte[65536];
        for (int count; (count = await client.ReceiveAsync(buffer, ct)) > 0;)
        {
            await ThawAsync(number, ct);
            var cut = _cut;
            if (cut is not null && buffer.AsSpan(0, count).IndexOf(cut.Statement) >= 0 && Interlocked.CompareExchange(ref _cut, null, cut) == cut)
            {
                Cuts++;
                if (!cut.AfterAnswer)
                    return;

                muted.SetResult(cut.Then);
            }

            await server.SendAsync(buffer.AsMemory(0, count), ct);
        }
    }

    private async Task PumpDownAsync(Socket server, Socket client, TaskCompletionSource<Func<Task>?> muted, int number, CancellationToken ct)
    {
        var buffer = new byte[65536];
        for (int count; (count = await server.ReceiveAsync(buffer, ct)) > 0;)
        {
            await ThawAsync(number, ct);
            if (muted.Task.IsCompleted)
            {
                // PostgreSQL answers when it is done: the commit is on disk, and the client will not hear of it.
                if (await muted.Task is { } then)
                    await then();
                return;
            }

            await client.SendAsync(buffer.AsMemory(0, count), ct);
        }
    }

    // A frozen connection never thaws: the wait ends with the connection or the proxy.
    private Task ThawAsync(int number, CancellationToken ct) => number > _frozen ? Task.CompletedTask : new TaskCompletionSource().Task.WaitAsync(ct);
}
