using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace Support;

/// <summary>Stands between clients and PostgreSQL on a loopback port. What passes, and how, is for the derived class to say.</summary>
public abstract class LoopbackProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly EndPoint _server;
    private readonly Task _accepting;
    private int _accepted;

    protected LoopbackProxy(string connectionString)
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

    /// <summary>The same database through the proxy.</summary>
    public string ConnectionString { get; }

    /// <summary>How many connections there were.</summary>
    protected int Accepted => Volatile.Read(ref _accepted);

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting;
        _stop.Dispose();
    }

    /// <summary>What carries the bytes of one connection: when one of the tasks ends, the connection does.</summary>
    /// <param name="client">The client's side.</param>
    /// <param name="server">The server's side.</param>
    /// <param name="number">The connection's number, from 1.</param>
    /// <param name="ct">Cancelled when one of the tasks has ended, or the proxy.</param>
    protected abstract IReadOnlyList<Task> Carry(Socket client, Socket server, int number, CancellationToken ct);

    private async Task AcceptAsync()
    {
        var connections = new List<Task>();
        try
        {
            while (true)
            {
                var client = await _listener.AcceptSocketAsync(_stop.Token);
                connections.Add(ServeAsync(client, Interlocked.Increment(ref _accepted)));
            }
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
                client.NoDelay = true;
                await server.ConnectAsync(_server, ended.Token);
                var tasks = Carry(client, server, number, ended.Token);
                await Task.WhenAny(tasks);
                await ended.CancelAsync();
                await Task.WhenAll(tasks);
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                // Either side has gone; closing the other is all there is to do.
            }
        }
    }
}
