using System.Buffers.Binary;
using System.Net.Sockets;

namespace Support;

/// <summary>
/// Stands between a client and PostgreSQL on a loopback port and counts Sync messages and round trips. PostgreSQL documentation, "Message Formats".
/// </summary>
public sealed class SyncCountingProxy : LoopbackProxy
{
    private const int SslRequest = 80877103;
    private const int GssRequest = 80877104;
    private int _syncs;
    private int _trips;

    private SyncCountingProxy(string connectionString)
        : base(connectionString)
    {
    }

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

    protected override IReadOnlyList<Task> Carry(Socket client, Socket server, int number, CancellationToken ct)
    {
        var heard = new StrongBox();
        return [PumpUpAsync(client, server, heard, ct), PumpDownAsync(server, client, heard, ct)];
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
