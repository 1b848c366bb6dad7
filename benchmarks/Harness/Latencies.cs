using System.Diagnostics;
using System.Numerics;

namespace Harness;

/// <summary>Counts how long calls took, in buckets 1.6 % wide. Adding is safe from many callers and allocates nothing, so it does not show in the figures.</summary>
internal sealed class Latencies
{
    // Below 2^Precision ticks every value has its own bucket; above, each doubling is cut into 2^Precision.
    private const int Precision = 6;

    private readonly long[] _buckets = new long[(65 - Precision) << Precision];

    public long Count => _buckets.Sum();

    public void Add(long ticks)
    {
        var shift = Math.Max(0, BitOperations.Log2((ulong)ticks) - Precision);
        Interlocked.Increment(ref _buckets[(shift << Precision) + (int)(ticks >> shift)]);
    }

    /// <summary>The time within which the given share of the calls was answered.</summary>
    public TimeSpan Quantile(double share)
    {
        var wanted = (long)Math.Ceiling(Count * share);
        var seen = 0L;
        for (var bucket = 0; bucket < _buckets.Length; bucket++)
        {
            seen += _buckets[bucket];
            if (seen >= wanted)
            {
                return Stopwatch.GetElapsedTime(0, Middle(bucket));
            }
        }

        return TimeSpan.Zero;
    }

    private static long Middle(int bucket)
    {
        var shift = Math.Max(0, (bucket >> Precision) - 1);
        var low = (long)(bucket - (shift << Precision)) << shift;
        return low + ((1L << shift) / 2);
    }
}
