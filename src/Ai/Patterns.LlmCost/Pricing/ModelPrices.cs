namespace Patterns.LlmCost;

/// <summary>The price sheets of one model pattern.</summary>
internal sealed class ModelPrices
{
    private readonly PriceSheet[] _sheets;

    public ModelPrices(IEnumerable<PriceRow> rows)
    {
        _sheets = rows.GroupBy(static row => (row.Tier, row.Region)).Select(static sheet => new PriceSheet(sheet.Key.Tier, sheet.Key.Region, sheet)).ToArray();
        Begin = _sheets.Min(static sheet => sheet.Begin);
    }

    /// <summary>The ticks of its first price: before them a shorter pattern prices the model, so that a finer pattern added later changes nothing that was booked.</summary>
    public long Begin { get; }

    /// <summary>The sheet of the region when it has begun, else the general one. Another tier's never serves: a wrong price is worse than none, since none is seen.</summary>
    public PriceSheet? Sheet(string tier, string region, long ticks)
    {
        PriceSheet? general = null;
        foreach (var sheet in _sheets)
        {
            if (sheet.Tier != tier)
                continue;
            if (sheet.Region.Length == 0)
                general = sheet;
            else if (region.Length > 0 && sheet.Begin <= ticks && sheet.Region.Equals(region, StringComparison.OrdinalIgnoreCase))
                return sheet;
        }

        return general;
    }
}
