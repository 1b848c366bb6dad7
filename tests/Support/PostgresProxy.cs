using System.Net.Sockets;

namespace Support;

/// <summary>
/// Stands between a client and PostgreSQL on a loopback port, and cuts a connection at a chosen statement: before the server has seen it, or after the
/// server has answered it and before the client has. Or it freezes its connections, which is how a lost network looks.
/// </summary>
public sealed class PostgresProxy : LoopbackProxy
{
    private volatile Cut? _cut;
    private volatile int _frozen;

    private sealed record Cut(byte[] Statement, bool AfterAnswer, Func<Task>? Then = null);

    private PostgresProxy(string connectionString)
        : base(connectionString)
    {
    }

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
    public void Freeze() => _frozen = Accepted;

    protected override IReadOnlyList<Task> Carry(Socket client, Socket server, int number, CancellationToken ct)
    {
        var muted = new TaskCompletionSource<Func<Task>?>();
        return [PumpUpAsync(client, server, muted, number, ct), PumpDownAsync(server, client, muted, number, ct)];
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
