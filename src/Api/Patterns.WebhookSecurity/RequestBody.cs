using System.Buffers;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Patterns.WebhookSecurity;

/// <summary>The bytes of one request in a pooled buffer, which goes back to the pool when the request ends, however it ends.</summary>
internal sealed class RequestBody(ArrayPool<byte> pool) : IDisposable
{
    // Grown as bytes arrive: a caller who only declares a large body must not be able to make us reserve it.
    private const int FirstBuffer = 16 * 1024;
    private byte[]? _buffer;
    private int _length;
    private MemoryStream? _stream;

    public ReadOnlyMemory<byte> Bytes => _buffer.AsMemory(0, _length);

    /// <summary>Reads the body up to its end; false as soon as it is over the limit.</summary>
    public async ValueTask<bool> ReadAsync(HttpRequest request, int limit, CancellationToken ct)
    {
        if (request.ContentLength > limit)
        {
            // Kestrel reads what a handler left unread, for up to five seconds, unless it is over the limit of its own.
            if (request.HttpContext.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } server) server.MaxRequestBodySize = limit;
            return false;
        }
        if (request.Body.CanSeek) request.Body.Position = 0;
        _buffer = pool.Rent((int)Math.Min(Math.Max(request.ContentLength ?? 0, 255) + 1, FirstBuffer));
        while (true)
        {
            var read = await request.Body.ReadAsync(_buffer.AsMemory(_length), ct).ConfigureAwait(false);
            if (read == 0) break;
            _length += read;
            if (_length > limit) return false;
            if (_length == _buffer.Length) Grow(limit);
        }
        if (_length == 0 && request.ContentLength > 0)
            throw new InvalidOperationException("The body of the webhook was read before its signature was verified. Call EnableBuffering before the middleware that reads it.");
        return true;
    }

    /// <summary>The same bytes for the framework's own binders, from the start.</summary>
    public Stream AsStream() => _stream = new MemoryStream(_buffer!, 0, _length, writable: false);

    public void Dispose()
    {
        // Whoever kept the stream gets an exception, not the bytes of another request.
        _stream?.Dispose();
        if (Interlocked.Exchange(ref _buffer, null) is { } buffer) pool.Return(buffer);
    }

    private void Grow(int limit)
    {
        var old = _buffer!;
        _buffer = pool.Rent((int)Math.Min(2L * old.Length, limit + 1L));
        old.AsSpan(0, _length).CopyTo(_buffer);
        pool.Return(old);
    }
}
