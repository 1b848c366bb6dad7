using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Patterns.DevServers;

/// <summary>A connection that speaks as much of Redis's protocol (RESP2) as is needed to look after a server.</summary>
internal sealed class RespConnection : IAsyncDisposable
{
    private readonly NetworkStream _stream;
    private readonly StreamReader _reader;

    private RespConnection(NetworkStream stream) => (_stream, _reader) = (stream, new StreamReader(stream, Encoding.Latin1));

    public static async Task<RespConnection> OpenAsync(RedisAddress address, CancellationToken ct)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(address.Host, address.Port, ct).ConfigureAwait(false);
            var connection = new RespConnection(new NetworkStream(socket, ownsSocket: true));
            if (address.Password is { } password)
                await connection.SendAsync(address.User is { } user ? ["AUTH", user, password] : ["AUTH", password], ct).ConfigureAwait(false);
            return connection;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Sends a command and returns its answer, which must be one string or number.</summary>
    /// <exception cref="IOException">The server refused, or the connection was lost.</exception>
    public async Task<string> SendAsync(IReadOnlyList<string> command, CancellationToken ct)
    {
        var request = new StringBuilder().Append(CultureInfo.InvariantCulture, $"*{command.Count}\r\n");
        foreach (var part in command) request.Append(CultureInfo.InvariantCulture, $"${Encoding.UTF8.GetByteCount(part)}\r\n{part}\r\n");
        await _stream.WriteAsync(Encoding.UTF8.GetBytes(request.ToString()), ct).ConfigureAwait(false);
        var line = await _reader.ReadLineAsync(ct).ConfigureAwait(false) ?? throw new IOException("Redis closed the connection.");
        return line[0] switch
        {
            '+' or ':' => line[1..],
            '$' => await ReadBulkAsync(int.Parse(line.AsSpan(1), CultureInfo.InvariantCulture), ct).ConfigureAwait(false),
            _ => throw new IOException($"Redis answered {command[0]} with: {line.TrimStart('-')}"),
        };
    }

    public async ValueTask DisposeAsync()
    {
        _reader.Dispose();
        await _stream.DisposeAsync().ConfigureAwait(false);
    }

    private async Task<string> ReadBulkAsync(int length, CancellationToken ct)
    {
        var text = new char[length + 2]; // Latin-1: a character per byte; the end of line belongs to it
        if (await _reader.ReadBlockAsync(text, ct).ConfigureAwait(false) < text.Length) throw new IOException("Redis closed the connection.");
        return new string(text, 0, length);
    }
}
