namespace Patterns.LlmCost;

/// <summary>What one attempt used, in disjoint buckets. Counts are never negative.</summary>
public sealed record LlmUsage
{
    /// <summary>How many buckets there are.</summary>
    public const int BucketCount = 12;

    /// <summary>Nothing.</summary>
    public static LlmUsage None { get; } = new();

    /// <inheritdoc cref="LlmBucket.Input"/>
    public long Input { get; init; }

    /// <inheritdoc cref="LlmBucket.CacheRead"/>
    public long CacheRead { get; init; }

    /// <inheritdoc cref="LlmBucket.CacheWrite5m"/>
    public long CacheWrite5m { get; init; }

    /// <inheritdoc cref="LlmBucket.CacheWrite1h"/>
    public long CacheWrite1h { get; init; }

    /// <inheritdoc cref="LlmBucket.InputAudio"/>
    public long InputAudio { get; init; }

    /// <inheritdoc cref="LlmBucket.InputImage"/>
    public long InputImage { get; init; }

    /// <inheritdoc cref="LlmBucket.Output"/>
    public long Output { get; init; }

    /// <inheritdoc cref="LlmBucket.OutputAudio"/>
    public long OutputAudio { get; init; }

    /// <inheritdoc cref="LlmBucket.OutputImage"/>
    public long OutputImage { get; init; }

    /// <inheritdoc cref="LlmBucket.WebSearch"/>
    public long WebSearches { get; init; }

    /// <inheritdoc cref="LlmBucket.ContainerSecond"/>
    public long ContainerSeconds { get; init; }

    /// <inheritdoc cref="LlmBucket.CacheStorageMtokHour"/>
    public long CacheStorageMtokHours { get; init; }

    /// <summary>Reasoning tokens: a memo, since they are already counted in <see cref="Output"/>.</summary>
    public long Reasoning { get; init; }

    /// <summary>All input tokens: the sum of the six input buckets. It chooses the price when a provider's price depends on the size of the context.</summary>
    public long InputTokens => Input + CacheRead + CacheWrite5m + CacheWrite1h + InputAudio + InputImage;

    /// <summary>All output tokens: the sum of the three output buckets.</summary>
    public long OutputTokens => Output + OutputAudio + OutputImage;

    /// <summary>The count of a bucket.</summary>
    /// <param name="bucket">The bucket.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such bucket.</exception>
    public long this[LlmBucket bucket] => bucket switch
    {
        LlmBucket.Input => Input,
        LlmBucket.CacheRead => CacheRead,
        LlmBucket.CacheWrite5m => CacheWrite5m,
        LlmBucket.CacheWrite1h => CacheWrite1h,
        LlmBucket.InputAudio => InputAudio,
        LlmBucket.InputImage => InputImage,
        LlmBucket.Output => Output,
        LlmBucket.OutputAudio => OutputAudio,
        LlmBucket.OutputImage => OutputImage,
        LlmBucket.WebSearch => WebSearches,
        LlmBucket.ContainerSecond => ContainerSeconds,
        LlmBucket.CacheStorageMtokHour => CacheStorageMtokHours,
        _ => throw new ArgumentOutOfRangeException(nameof(bucket), bucket, "There is no such bucket."),
    };
}
