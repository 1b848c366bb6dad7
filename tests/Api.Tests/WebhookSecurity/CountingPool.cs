using System.Buffers;
using System.Collections.Concurrent;

namespace Api.Tests.WebhookSecurity;

/// <summary>A pool that knows which of its buffers are out.</summary>
internal sealed class CountingPool : ArrayPool<byte>
{
    private readonly ConcurrentDictionary<byte[], bool> _out = new();
    private int _rented;

    public int Rented => Volatile.Read(ref _rented);

    public int Out => _out.Count;

    public int Largest { get; private set; }

    public override byte[] Rent(int minimumLength)
    {
        var buffer = Shared.Rent(minimumLength);
        _out[buffer] = true;
        Interlocked.Increment(ref _rented);
        Largest = Math.Max(Largest, buffer.Length);
        return buffer;
    }

    public override void Return(byte[] array, bool clearArray = false)
    {
        if (!_out.TryRemove(array, out _)) throw new InvalidOperationException("A buffer was returned twice.");
        Shared.Return(array, clearArray);
    }
}
