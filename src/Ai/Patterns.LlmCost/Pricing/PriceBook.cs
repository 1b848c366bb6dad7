using System.Collections.Frozen;

namespace Patterns.LlmCost;

/// <summary>All prices, frozen for lookup: immutable, and replaced as a whole when the database's prices changed. Thread-safe.</summary>
internal sealed class PriceBook(IReadOnlyList<PriceRow> rows)
{
    private readonly FrozenDictionary<string, ProviderPrices> _providers = rows
        .GroupBy(static row => row.Provider, StringComparer.OrdinalIgnoreCase)
        .ToFrozenDictionary(static provider => provider.Key, static provider => new ProviderPrices(provider), StringComparer.OrdinalIgnoreCase);

    public static PriceBook Empty { get; } = new([]);

    /// <summary>The exact cost; null when the model, or a bucket that was used, has no price.</summary>
    public PicoUsd? Price(string provider, string model, string tier, string region, DateTimeOffset startedAt, LlmUsage usage)
    {
        var ticks = startedAt.UtcTicks;
        return Sheet(provider, model, tier, region, ticks)?.Price(usage, ticks);
    }

    /// <summary>What a million of one bucket costs in a request of so many input tokens; null without a price.</summary>
    public long? MicroUsd(string provider, string model, string tier, string region, DateTimeOffset startedAt, long inputTokens, LlmBucket bucket)
    {
        var ticks = startedAt.UtcTicks;
        return Sheet(provider, model, tier, region, ticks)?.MicroUsd((int)bucket, inputTokens, ticks);
    }

    private PriceSheet? Sheet(string provider, string model, string tier, string region, long ticks) =>
        _providers.TryGetValue(provider, out var prices) ? prices.Find(model, ticks)?.Sheet(tier, region, ticks) : null;
}
