using System.Collections.Frozen;

namespace Patterns.LlmCost;

/// <summary>The buckets' names in the database and in price files.</summary>
internal static class BucketNames
{
    private static readonly string[] Names =
    [
        "input", "cache_read", "cache_write_5m", "cache_write_1h", "input_audio", "input_image", "output", "output_audio", "output_image", "web_search", "container_second", "cache_storage_token_hour",
    ];

    private static readonly FrozenDictionary<string, LlmBucket> Buckets = Enum.GetValues<LlmBucket>().ToFrozenDictionary(Of, StringComparer.Ordinal);

    public static string All { get; } = string.Join(", ", Names);

    public static string Of(LlmBucket bucket) => Names[(int)bucket];

    public static bool TryParse(string name, out LlmBucket bucket) => Buckets.TryGetValue(name, out bucket);
}
