namespace Patterns.LlmCost;

/// <summary>The prices of one model pattern in one tier and region.</summary>
internal sealed class PriceSheet
{
    private readonly DatedPrice[][] _buckets;

    public PriceSheet(string tier, string region, IEnumerable<PriceRow> rows)
    {
        var all = rows.ToList();
        (Tier, Region, Begin) = (tier, region, all.Min(static row => row.ValidFrom.UtcTicks));
        _buckets = Enum.GetValues<LlmBucket>()
            .Select(bucket => all
                .Where(row => row.Bucket == bucket)
                .OrderByDescending(static row => row.Threshold)
                .ThenByDescending(static row => row.ValidFrom)
                .Select(static row => new DatedPrice(row.Threshold, row.ValidFrom.UtcTicks, row.MicroUsd))
                .ToArray())
            .ToArray();
    }

    public string Tier { get; }

    public string Region { get; }

    /// <summary>The ticks of its first price.</summary>
    public long Begin { get; }

    public PicoUsd? Price(LlmUsage usage, long ticks)
    {
        // The threshold is one of the whole request: it chooses the price of every bucket, output too.
        var input = usage.InputTokens;
        Int128 sum = 0;
        for (var bucket = 0; bucket < LlmUsage.BucketCount; bucket++)
        {
            var count = usage[(LlmBucket)bucket];
            if (count == 0)
                continue;

            if (MicroUsd(bucket, input, ticks) is not { } price)
                return null;

            sum += Math.BigMul(count, price);
        }

        return new PicoUsd(sum);
    }

    public long? MicroUsd(int bucket, long inputTokens, long ticks)
    {
        foreach (ref readonly var price in _buckets[bucket].AsSpan())
        {
            if (price.ValidFrom <= ticks && (price.Threshold < inputTokens || price.Threshold == 0))
                return price.MicroUsd;
        }

        return null;
    }

    private readonly record struct DatedPrice(long Threshold, long ValidFrom, long MicroUsd);
}
