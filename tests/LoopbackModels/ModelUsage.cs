namespace LoopbackModels;

/// <summary>What an answer used, in disjoint terms where a provider's are not; each wire format adds up as its provider does.</summary>
public sealed record ModelUsage
{
    /// <summary>Input tokens that neither came from nor went into a cache; audio is part of them.</summary>
    public int Input { get; init; } = 12;

    /// <summary>Input tokens read from a cache.</summary>
    public int CacheRead { get; init; }

    /// <summary>Input tokens written into a cache of five minutes.</summary>
    public int CacheWrite5m { get; init; }

    /// <summary>Input tokens written into a cache of an hour.</summary>
    public int CacheWrite1h { get; init; }

    /// <summary>Those of <see cref="Input"/> that are audio.</summary>
    public int AudioInput { get; init; }

    /// <summary>All output tokens; reasoning and audio are part of them.</summary>
    public int Output { get; init; } = 8;

    /// <summary>Those of <see cref="Output"/> that are reasoning.</summary>
    public int Reasoning { get; init; }

    /// <summary>Those of <see cref="Output"/> that are audio.</summary>
    public int AudioOutput { get; init; }

    /// <summary>The service tier that the answer names (<c>default</c>, <c>batch</c>, <c>priority</c>); null leaves the provider's usual word.</summary>
    public string? Tier { get; init; }
}
