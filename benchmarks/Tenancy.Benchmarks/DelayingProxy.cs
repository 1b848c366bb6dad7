using System.Diagnostics;
using System.Net.Sockets;
using System.Threading.Channels;
using Support;

namespace Tenancy.Benchmarks;

/// <summary>A network between the client and PostgreSQL: whatever enters on one side leaves on the other after a time, or a little later, in order, however much is on its way.</summary>
internal sealed class DelayingProxy : LoopbackProxy
{
    private readonly long _delay;

    private DelayingProxy(string connectionString, TimeSpan delay)
        : base(connectionString) => _delay = (long)(delay.TotalSeconds * Stopwatch.Frequency);

    public static DelayingProxy Start(string connectionString, TimeSpan delay) => new(connectionString, delay);

    protected override IReadOnlyList<Task> Carry(Socket client, Socket server, int number, CancellationToken ct)
    {
        var (up, down) = (Channel.CreateUnbounded<(long Due, byte[] Bytes)>(), Channel.CreateUnbounded<(long Due, byte[] Bytes)>());
        return [ReceiveAsync(client, up.Writer, ct), SendAsync(server, up.Reader, ct), ReceiveAsync(server, down.Writer, ct), SendAsync(client, down.Reader, ct)];
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
