namespace Ai.Tests.LlmFallback.Faults;

/// <summary>A body that comes in small pieces, tells how much of it was read, and may never end, break, or stand still.</summary>
internal sealed class Trickle(byte[] bytes, int piece, bool endless = false, bool breaks = false, bool stalls = false) : Stream
{
    private int _at;

    public int TotalRead { get; private set; }

    /// <summary>Completes when it stands still.</summary>
    public TaskCompletionSource StoodStill { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(byte[] buffer, int offset, int count) => Take(buffer.AsSpan(offset, count));

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_at == bytes.Length && stalls)
        {
            StoodStill.TrySetResult();
            await new TaskCompletionSource().Task.WaitAsync(cancellationToken);
        }

        return Take(buffer.Span);
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private int Take(Span<byte> buffer)
    {
        if (_at == bytes.Length && breaks)
            throw new HttpIOException(HttpRequestError.ResponseEnded);
        if (_at == bytes.Length && endless)
            _at = 0;
        var count = Math.Min(Math.Min(piece, buffer.Length), bytes.Length - _at);
        bytes.AsSpan(_at, count).CopyTo(buffer);
        _at += count;
        TotalRead += count;
        return count;
    }
}
