namespace Patterns.LlmCost;

/// <summary>What one attempt used, in disjoint buckets. A count is 0 to 10^12; another one is an <see cref="ArgumentOutOfRangeException"/> where it is set.</summary>
public sealed record LlmUsage
{
    /// <summary>How many buckets there are.</summary>
    public const int BucketCount = 12;

    // Six counts of this size still sum within a long, and cost within the 38 digits of the stored amount.
    internal const long MaxCount = 1_000_000_000_000;

    /// <summary>Nothing.</summary>
    public static LlmUsage None { get; } = new();

    /// <inheritdoc cref="LlmBucket.Input"/>
    public long Input { get; init => field = Counted(value, nameof(Input)); }

    /// <inheritdoc cref="LlmBucket.CacheRead"/>
    public long CacheRead { get; init => field = Counted(value, nameof(CacheRead)); }

    /// <inheritdoc cref="LlmBucket.CacheWrite5m"/>
    public long CacheWrite5m { get; init => field = Counted(value, nameof(CacheWrite5m)); }

    /// <inheritdoc cref="LlmBucket.CacheWrite1h"/>
    public long CacheWrite1h { get; init => field = Counted(value, nameof(CacheWrite1h)); }

    /// <inheritdoc cref="LlmBucket.InputAudio"/>
    public long InputAudio { get; init => field = Counted(value, nameof(InputAudio)); }

    /// <inheritdoc cref="LlmBucket.InputImage"/>
    public long InputImage { get; init => field = Counted(value, nameof(InputImage)); }

    /// <inheritdoc cref="LlmBucket.Output"/>
    public long Output { get; init => field = Counted(value, nameof(Output)); }

    /// <inheritdoc cref="LlmBucket.OutputAudio"/>
    public long OutputAudio { get; init => field = Counted(value, nameof(OutputAudio)); }

    /// <inheritdoc cref="LlmBucket.OutputImage"/>
    public long OutputImage { get; init => field = Counted(value, nameof(OutputImage)); }

    /// <inheritdoc cref="LlmBucket.WebSearch"/>
    public long WebSearches { get; init => field = Counted(value, nameof(WebSearches)); }

    /// <inheritdoc cref="LlmBucket.ContainerSecond"/>
    public long ContainerSeconds { get; init => field = Counted(value, nameof(ContainerSeconds)); }

    /// <inheritdoc cref="LlmBucket.CacheStorageTokenHour"/>
    public long CacheStorageTokenHours { get; init => field = Counted(value, nameof(CacheStorageTokenHours)); }

    /// <summary>Reasoning tokens: a memo, since they are already counted in <see cref="Output"/>.</summary>
    public long Reasoning { get; init => field = Counted(value, nameof(Reasoning)); }

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
        LlmBucket.CacheStorageTokenHour => CacheStorageTokenHours,
        _ => throw new ArgumentOutOfRangeException(nameof(bucket), bucket, "There is no such bucket."),
    };

    private static long Counted(long value, string bucket) => value is >= 0 and <= MaxCount
        ? value
        : throw new ArgumentOutOfRangeException(bucket, value, $"{bucket} is {value}; a count is 0 to 10^12. Providers that correct an earlier count send the whole count again: book it with a higher revision.");
}
