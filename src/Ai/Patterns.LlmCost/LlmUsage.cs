namespace Patterns.LlmCost;

/// <summary>What one attempt used, in disjoint buckets. A count is 0 to 10^12; another one is an <see cref="ArgumentOutOfRangeException"/> where it is set. In reports it is the sum of many attempts, without these limits.</summary>
public sealed record LlmUsage
{
    /// <summary>How many buckets there are.</summary>
    public const int BucketCount = 12;

    // Six counts of this size still sum within a long, and cost within the 38 digits of the stored amount.
    internal const long MaxCount = 1_000_000_000_000;

    private readonly long _input;
    private readonly long _cacheRead;
    private readonly long _cacheWrite5m;
    private readonly long _cacheWrite1h;
    private readonly long _inputAudio;
    private readonly long _inputImage;
    private readonly long _output;
    private readonly long _outputAudio;
    private readonly long _outputImage;
    private readonly long _webSearches;
    private readonly long _containerSeconds;
    private readonly long _cacheStorageTokenHours;

    /// <summary>Nothing.</summary>
    public LlmUsage()
    {
    }

    /// <summary>A sum, which may be larger than any count, and below zero where it holds what was taken away again.</summary>
    private LlmUsage(ReadOnlySpan<long> sums)
    {
        _input = sums[(int)LlmBucket.Input];
        _cacheRead = sums[(int)LlmBucket.CacheRead];
        _cacheWrite5m = sums[(int)LlmBucket.CacheWrite5m];
        _cacheWrite1h = sums[(int)LlmBucket.CacheWrite1h];
        _inputAudio = sums[(int)LlmBucket.InputAudio];
        _inputImage = sums[(int)LlmBucket.InputImage];
        _output = sums[(int)LlmBucket.Output];
        _outputAudio = sums[(int)LlmBucket.OutputAudio];
        _outputImage = sums[(int)LlmBucket.OutputImage];
        _webSearches = sums[(int)LlmBucket.WebSearch];
        _containerSeconds = sums[(int)LlmBucket.ContainerSecond];
        _cacheStorageTokenHours = sums[(int)LlmBucket.CacheStorageTokenHour];
    }

    /// <summary>Nothing.</summary>
    public static LlmUsage None { get; } = new();

    /// <inheritdoc cref="LlmBucket.Input"/>
    public long Input { get => _input; init => _input = Counted(value, nameof(Input)); }

    /// <inheritdoc cref="LlmBucket.CacheRead"/>
    public long CacheRead { get => _cacheRead; init => _cacheRead = Counted(value, nameof(CacheRead)); }

    /// <inheritdoc cref="LlmBucket.CacheWrite5m"/>
    public long CacheWrite5m { get => _cacheWrite5m; init => _cacheWrite5m = Counted(value, nameof(CacheWrite5m)); }

    /// <inheritdoc cref="LlmBucket.CacheWrite1h"/>
    public long CacheWrite1h { get => _cacheWrite1h; init => _cacheWrite1h = Counted(value, nameof(CacheWrite1h)); }

    /// <inheritdoc cref="LlmBucket.InputAudio"/>
    public long InputAudio { get => _inputAudio; init => _inputAudio = Counted(value, nameof(InputAudio)); }

    /// <inheritdoc cref="LlmBucket.InputImage"/>
    public long InputImage { get => _inputImage; init => _inputImage = Counted(value, nameof(InputImage)); }

    /// <inheritdoc cref="LlmBucket.Output"/>
    public long Output { get => _output; init => _output = Counted(value, nameof(Output)); }

    /// <inheritdoc cref="LlmBucket.OutputAudio"/>
    public long OutputAudio { get => _outputAudio; init => _outputAudio = Counted(value, nameof(OutputAudio)); }

    /// <inheritdoc cref="LlmBucket.OutputImage"/>
    public long OutputImage { get => _outputImage; init => _outputImage = Counted(value, nameof(OutputImage)); }

    /// <inheritdoc cref="LlmBucket.WebSearch"/>
    public long WebSearches { get => _webSearches; init => _webSearches = Counted(value, nameof(WebSearches)); }

    /// <inheritdoc cref="LlmBucket.ContainerSecond"/>
    public long ContainerSeconds { get => _containerSeconds; init => _containerSeconds = Counted(value, nameof(ContainerSeconds)); }

    /// <inheritdoc cref="LlmBucket.CacheStorageTokenHour"/>
    public long CacheStorageTokenHours { get => _cacheStorageTokenHours; init => _cacheStorageTokenHours = Counted(value, nameof(CacheStorageTokenHours)); }

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

    /// <summary>What many calls used together, in the order of <see cref="LlmBucket"/>.</summary>
    internal static LlmUsage Sum(ReadOnlySpan<long> buckets) => new(buckets);

    private static long Counted(long value, string bucket) => value is >= 0 and <= MaxCount
        ? value
        : throw new ArgumentOutOfRangeException(bucket, value, $"{bucket} is {value}; a count is 0 to 10^12. Providers that correct an earlier count send the whole count again: book it with a higher revision.");
}
