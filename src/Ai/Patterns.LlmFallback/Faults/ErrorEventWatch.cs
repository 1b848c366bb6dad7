namespace Patterns.LlmFallback;

/// <summary>
/// Passes a stream of server-sent events on and looks at what passes: an <c>error</c> event, or data that are an error object, is kept in the record. OpenAI's SDK makes an empty update of such data and ends as if
/// nothing had been wrong. Only the first bytes of each line are looked at, and only an error's line is copied.
/// </summary>
internal sealed class ErrorEventWatch(Stream stream, WireRecord record) : Stream
{
    // Enough for "data: {" and the first name, with the blanks that a writer may put between.
    private const int HeadSize = 48;

    private readonly byte[] _head = new byte[HeadSize];
    private int _headLength;
    private bool _decided;
    private bool _errorEvent;
    private MemoryStream? _error;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        var count = stream.Read(buffer);
        Look(buffer[..count], atEnd: count == 0 && buffer.Length > 0);
        return count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var count = await stream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        Look(buffer.Span[..count], atEnd: count == 0 && buffer.Length > 0);
        return count;
    }

    public override void Flush() => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            stream.Dispose();
        base.Dispose(disposing);
    }

    private void Look(ReadOnlySpan<byte> bytes, bool atEnd)
    {
        while (!bytes.IsEmpty)
        {
            var end = bytes.IndexOfAny((byte)'\n', (byte)'\r');
            Line(end < 0 ? bytes : bytes[..end]);
            if (end < 0)
                return;

            EndLine();
            bytes = bytes[(end + 1)..];
        }
        if (atEnd)
            EndLine();
    }

    private void Line(ReadOnlySpan<byte> part)
    {
        if (_decided)
        {
            Keep(part);
            return;
        }

        var taken = Math.Min(part.Length, HeadSize - _headLength);
        part[..taken].CopyTo(_head.AsSpan(_headLength));
        _headLength += taken;
        if (_headLength < HeadSize)
            return;

        Decide();
        Keep(part[taken..]);
    }

    private void EndLine()
    {
        if (!_decided && _headLength > 0)
            Decide();
        if (_error is not null)
        {
            record.StreamFailed(_error.ToArray());
            _error = null;
        }
        _headLength = 0;
        _decided = false;
    }

    private void Decide()
    {
        _decided = true;
        ReadOnlySpan<byte> head = _head.AsSpan(0, _headLength);
        if (head.StartsWith("event:"u8))
        {
            _errorEvent = head["event:"u8.Length..].Trim((byte)' ').SequenceEqual("error"u8);
            return;
        }
        if (!head.StartsWith("data:"u8))
            return;

        var data = head["data:"u8.Length..].TrimStart((byte)' ');
        if (_errorEvent || IsError(data))
        {
            _error = new MemoryStream();
            Keep(data);
        }
        _errorEvent = false;
    }

    private void Keep(ReadOnlySpan<byte> part) => _error?.Write(part[..Math.Min(part.Length, ErrorBody.Limit - (int)_error.Length)]);

    // {"error": ... or {"type": "error" ...; an answer's own data never begin so, and what a model writes stands escaped inside a string.
    private static bool IsError(ReadOnlySpan<byte> data)
    {
        if (!Take(ref data, "{"u8))
            return false;
        if (Take(ref data, "\"error\""u8))
            return Take(ref data, ":"u8) && !Take(ref data, "null"u8);
        return Take(ref data, "\"type\""u8) && Take(ref data, ":"u8) && Take(ref data, "\"error\""u8);
    }

    private static bool Take(ref ReadOnlySpan<byte> data, ReadOnlySpan<byte> word)
    {
        var rest = data.TrimStart(" \t"u8);
        if (!rest.StartsWith(word))
            return false;

        data = rest[word.Length..];
        return true;
    }
}
