namespace Patterns.LlmCost;

/// <summary>The one way from a published price to a stored one: exact, or not at all.</summary>
internal static class PriceAmount
{
    /// <summary>The dearest price for a million that is taken for one: with the largest count it still fits the stored cost.</summary>
    public const long MaxUsd = 1_000_000_000;

    public static bool TryMicroUsd(decimal usdPerMillion, out long microUsd)
    {
        var exact = usdPerMillion is >= 0 and <= MaxUsd ? usdPerMillion * 1_000_000m : -1;
        microUsd = (long)exact;
        return exact >= 0 && exact == microUsd;
    }
}
