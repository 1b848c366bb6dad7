using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using Npgsql;

namespace Tenancy.Benchmarks;

/// <summary>A network between the client and PostgreSQL: whatever enters on one side leaves on the other after a time, or a little later, in order, however much is on its way.</summary>
internal sealed class DelayingProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly EndPoint _server;
    private readonly long _delay;
    private readonly Task _accepting;

    private DelayingProxy(string connectionString, TimeSpan delay)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString);
        _server = settings.Host!.StartsWith('/')
            ? new UnixDomainSocketEndPoint($"{settings.Host}/.s.PGSQL.{settings.Port}")
            : new IPEndPoint(IPAddress.Loopback, settings.Port);
        _delay = (long)(delay.TotalSeconds * Stopwatch.Frequency);
        _listener.Start();
        (settings.Host, settings.Port, settings.SslMode) = ("127.0.0.1", ((IPEndPoint)_listener.LocalEndpoint).Port, SslMode.Disable);
        ConnectionString = settings.ConnectionString;
        _accepting = AcceptAsync();
    }

    public string ConnectionString { get; }

    public static DelayingProxy Start(string connectionString, TimeSpan delay) => new(connectionString, delay);

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
                var (up, down) = (Channel.CreateUnbounded<(long Due, byte[] Bytes)>(), Channel.CreateUnbounded<(long Due, byte[] Bytes)>());
                Task[] pumps = [ReceiveAsync(client, up.Writer, ended.Token), SendAsync(server, up.Reader, ended.Token), ReceiveAsync(server, down.Writer, ended.Token), SendAsync(client, down.Reader, ended.Token)];
                await Task.WhenAny(pumps);
                await ended.CancelAsync();
                await Task.WhenAll(pumps);
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                // Either side has gone; closing the other is all there is to do.
            }
        }
    }

    private async Task ReceiveAsync(Socket from, ChannelWriter<(long Due, byte[] Bytes)> road, CancellationToken ct)
    {
        var buffer = new byte[65536];
        for (int count; (count = await from.ReceiveAsync(buffer, ct)) > 0;)
            await road.WriteAsync((Stopwatch.GetTimestamp() + _delay, buffer[..count]), ct);
    }

    private static async Task SendAsync(Socket to, ChannelReader<(long Due, byte[] Bytes)> road, CancellationToken ct)
    {
        await foreach (var (due, bytes) in road.ReadAllAsync(ct))
        {
            // The runtime's timers count in milliseconds and never fire early, so that a little more than asked passes, for every subject alike. Spinning would take the processors from the server.
            while (Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), due) is { Ticks: > 0 } left)
                await Task.Delay(left, TimeProvider.System, ct);
            await to.SendAsync(bytes, ct);
        }
    }
}
