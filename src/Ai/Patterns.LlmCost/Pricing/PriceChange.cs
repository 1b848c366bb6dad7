namespace Patterns.LlmCost;

/// <summary>What a file changes in the stored prices.</summary>
internal sealed class PriceChange
{
    private readonly List<PriceRow> _before;

    private PriceChange(List<PriceRow> before) => _before = before;

    /// <summary>The rows to write.</summary>
    public List<PriceRow> Stored { get; } = [];

    public int Added { get; private set; }

    public int Changed { get; private set; }

    public int Unchanged { get; private set; }

    public static PriceChange Between(List<PriceRow> before, PriceFile file, DateTimeOffset day)
    {
        var change = new PriceChange(before);
        var histories = before.GroupBy(Key).ToDictionary(static key => key.Key, static key => key.OrderBy(static row => row.ValidFrom).ToList());
        foreach (var row in file.Rows)
        {
            var dated = file.Published is null ? row with { ValidFrom = day } : row;
            var history = histories.GetValueOrDefault(Key(dated)) ?? [];
            var same = history.Find(stored => stored.ValidFrom == dated.ValidFrom);

            // A file without days says what holds on its day; a price that holds already is not a new one.
            same ??= file.Published is null && history.FindLast(stored => stored.ValidFrom < dated.ValidFrom) is { } holding && holding.MicroUsd == dated.MicroUsd ? holding : null;
            if (same?.MicroUsd == dated.MicroUsd)
            {
                change.Unchanged++;
                continue;
            }

            change.Stored.Add(dated);
            if (same is null)
                change.Added++;
            else
                change.Changed++;
        }

        return change;
    }

    /// <summary>
    /// Refuses to change what a model cost within a closed month. A model that had no price there may get one: nothing was booked at another.
    /// </summary>
    public void RefuseIfClosed(DateOnly[] closed)
    {
        var months = closed.Select(static month => new Month(month.Year, month.Month)).ToList();
        if (months.Count == 0 || Stored.Count == 0)
            return;

        var end = Midnight(months[^1].End);
        var suspects = Stored.Where(row => row.ValidFrom < end).ToList();
        if (suspects.Count == 0)
            return;

        var replaced = Stored.ToHashSet(PriceKeyComparer.Instance);
        List<PriceRow> rows = [.. _before.Where(row => !replaced.Contains(row)), .. Stored];
        var (before, after) = (new PriceBook(_before), new PriceBook(rows));
        foreach (var model in suspects.GroupBy(static row => (row.Provider, row.Pattern)))
        {
            var related = rows.Where(row => row.Provider == model.Key.Provider && model.Key.Pattern.StartsWith(row.Pattern, StringComparison.Ordinal)).ToList();
            foreach (var month in months)
            {
                if (Difference(before, after, model.Key.Provider, model.Key.Pattern, related, month) is { } difference)
                    throw new InvalidOperationException($"The price file would change {difference}, in the closed month {month}; nothing was changed. Let the price begin on {months[^1].End:yyyy-MM-dd} or later.");
            }
        }
    }

    private static string? Difference(PriceBook before, PriceBook after, string provider, string pattern, List<PriceRow> related, Month month)
    {
        var (first, end) = (Midnight(month.FirstDay), Midnight(month.End));
        var times = related.Select(static row => row.ValidFrom).Where(time => time > first && time < end).Append(first).Distinct().ToList();
        var sizes = related.Select(static row => row.Threshold + 1).Distinct().ToList();
        foreach (var (tier, region) in related.Select(static row => (row.Tier, row.Region)).Distinct())
        {
            foreach (var bucket in Enum.GetValues<LlmBucket>())
            {
                foreach (var time in times)
                {
                    foreach (var size in sizes)
                    {
                        if (before.MicroUsd(provider, pattern, tier, region, time, size, bucket) is { } price && after.MicroUsd(provider, pattern, tier, region, time, size, bucket) != price)
                            return $"the price of {BucketNames.Of(bucket)} of {provider} model {pattern} ({tier})";
                    }
                }
            }
        }

        return null;
    }

    private static DateTimeOffset Midnight(DateOnly day) => new(day, TimeOnly.MinValue, TimeSpan.Zero);

    private static (string, string, string, string, long, LlmBucket) Key(PriceRow row) => (row.Provider, row.Pattern, row.Tier, row.Region, row.Threshold, row.Bucket);

    private sealed class PriceKeyComparer : IEqualityComparer<PriceRow>
    {
        public static PriceKeyComparer Instance { get; } = new();

        public bool Equals(PriceRow? x, PriceRow? y) => x is not null && y is not null && Key(x) == Key(y) && x.ValidFrom == y.ValidFrom;

        public int GetHashCode(PriceRow row) => HashCode.Combine(row.Provider, row.Pattern, row.Bucket, row.ValidFrom);
    }
}
