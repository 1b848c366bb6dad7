namespace Patterns.LlmCost;

/// <summary>Usage as the array that is stored: in the order of <see cref="LlmBucket"/>.</summary>
internal static class Buckets
{
    public static readonly LlmBucket[] All = Enum.GetValues<LlmBucket>();

    public static long[] ToArray(LlmUsage usage) => Array.ConvertAll(All, bucket => usage[bucket]);

    public static LlmUsage ToUsage(long[] buckets) => new()
    {
        Input = buckets[(int)LlmBucket.Input],
        CacheRead = buckets[(int)LlmBucket.CacheRead],
        CacheWrite5m = buckets[(int)LlmBucket.CacheWrite5m],
        CacheWrite1h = buckets[(int)LlmBucket.CacheWrite1h],
        InputAudio = buckets[(int)LlmBucket.InputAudio],
        InputImage = buckets[(int)LlmBucket.InputImage],
        Output = buckets[(int)LlmBucket.Output],
        OutputAudio = buckets[(int)LlmBucket.OutputAudio],
        OutputImage = buckets[(int)LlmBucket.OutputImage],
        WebSearches = buckets[(int)LlmBucket.WebSearch],
        ContainerSeconds = buckets[(int)LlmBucket.ContainerSecond],
        CacheStorageTokenHours = buckets[(int)LlmBucket.CacheStorageTokenHour],
    };

    public static LlmUsage Add(LlmUsage left, LlmUsage right) => ToUsage(Array.ConvertAll(All, bucket => left[bucket] + right[bucket]));
}
