using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace Support;

/// <summary>
/// Stands between a client and PostgreSQL on a loopback port and counts Sync messages and round trips. PostgreSQL documentation, "Message Formats".
/// </summary>
public sealed class SyncCountingProxy : IAsyncDisposable
{
    private const int SslRequest = 80877103;
    private const int GssRequest = 80877104;
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly EndPoint _server;
    private readonly Task _accepting;
    private int _syncs;
    private int _trips;

    private SyncCountingProxy(string connectionString)
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

    /// <summary>Sync messages since the start.</summary>
    public int Syncs => Volatile.Read(ref _syncs);

    /// <summary>How often a client spoke after it had heard the server: what a message that is sent together with the next one does not add to.</summary>
    public int Trips => Volatile.Read(ref _trips);

    public static SyncCountingProxy Start(string connectionString) => new(connectionString);

    /// <summary>What some work costs.</summary>
    public async Task<(int Syncs, int Trips)> CountAsync(Func<Task> work)
    {
        var (syncs, trips) = (Syncs, Trips);
        await work();
        return (Syncs - syncs, Trips - trips);
    }

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
                connections.Add(ServeAsync(await _listener.AcceptSocketAsync(_stop.Token)));
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(connections);
        }
    }

    private async Task ServeAsync(Socket client)
    {
        using (client)
        using (var server = new Socket(_server.AddressFamily, SocketType.Stream, ProtocolType.Unspecified))
        using (var ended = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token))
        {
            try
            {
                client.NoDelay = true;
                await server.ConnectAsync(_server, ended.Token);
                var heard = new StrongBox();
                var up = PumpUpAsync(client, server, heard, ended.Token);
                var down = PumpDownAsync(server, client, heard, ended.Token);
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

    private async Task PumpUpAsync(Socket client, Socket server, StrongBox heard, CancellationToken ct)
    {
        var (buffer, pending, started) = (new byte[65536], new List<byte>(), false);
        for (int count; (count = await client.ReceiveAsync(buffer, ct)) > 0;)
        {
            pending.AddRange(buffer.AsSpan(0, count));
            Count(pending, ref started);
            if (Interlocked.Exchange(ref heard.Value, 0) == 1)
                Interlocked.Increment(ref _trips);
            await server.SendAsync(buffer.AsMemory(0, count), ct);
        }
    }

    private static async Task PumpDownAsync(Socket server, Socket client, StrongBox heard, CancellationToken ct)
    {
        var buffer = new byte[65536];
        for (int count; (count = await server.ReceiveAsync(buffer, ct)) > 0;)
        {
            Interlocked.Exchange(ref heard.Value, 1);
            await client.SendAsync(buffer.AsMemory(0, count), ct);
        }
    }

    private void Count(List<byte> pending, ref bool started)
    {
        while (true)
        {
            // The first messages have no type: a request for encryption, which is answered no, and the start-up itself.
            var head = started ? 1 : 0;
            var bytes = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(pending);
            if (bytes.Length < head + 4 || bytes.Length < head + BinaryPrimitives.ReadInt32BigEndian(bytes[head..]))
                return;

            var length = head + BinaryPrimitives.ReadInt32BigEndian(bytes[head..]);
            if (!started)
                started = BinaryPrimitives.ReadInt32BigEndian(bytes[4..]) is not (SslRequest or GssRequest);
            else if (bytes[0] == (byte)'S')
                Interlocked.Increment(ref _syncs);
            pending.RemoveRange(0, length);
        }
    }

    private sealed class StrongBox
    {
        public int Value;
    }
}
