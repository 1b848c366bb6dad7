namespace Patterns.LlmCost;

/// <summary>What is counted and priced. The buckets are disjoint: a token is in one of them. A price is for a million of the bucket's unit: tokens, searches, seconds, token-hours. The order is that of the stored array and never changes.</summary>
public enum LlmBucket
{
    /// <summary>Input tokens that are in no other input bucket: text that was not read from a cache.</summary>
    Input,

    /// <summary>Input tokens read from the provider's prompt cache.</summary>
    CacheRead,

    /// <summary>Input tokens written to a prompt cache that lives 5 minutes, or whose life is not told.</summary>
    CacheWrite5m,

    /// <summary>Input tokens written to a prompt cache that lives 1 hour.</summary>
    CacheWrite1h,

    /// <summary>Audio input tokens.</summary>
    InputAudio,

    /// <summary>Image input tokens that are priced apart from text.</summary>
    InputImage,

    /// <summary>Output tokens that are in no other output bucket; reasoning is among them.</summary>
    Output,

    /// <summary>Audio output tokens.</summary>
    OutputAudio,

    /// <summary>Image output tokens.</summary>
    OutputImage,

    /// <summary>Web searches that the provider ran.</summary>
    WebSearch,

    /// <summary>Seconds of a container of the provider.</summary>
    ContainerSecond,

    /// <summary>Tokens kept in a cache, times the hours that they were kept.</summary>
    CacheStorageTokenHour,
}
