namespace Patterns.LlmCost;

/// <summary>Usage as the array that is stored: in the order of <see cref="LlmBucket"/>.</summary>
internal static class Buckets
{
    public static readonly LlmBucket[] All = Enum.GetValues<LlmBucket>();

    public static long[] ToArray(LlmUsage usage) => Array.ConvertAll(All, bucket => usage[bucket]);

    public static LlmUsage ToUsage(long[] buckets) => LlmUsage.Sum(buckets);

    public static LlmUsage Add(LlmUsage left, LlmUsage right) => LlmUsage.Sum(Array.ConvertAll(All, bucket => left[bucket] + right[bucket]));
}
