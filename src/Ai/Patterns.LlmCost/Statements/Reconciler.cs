namespace Patterns.LlmCost;

/// <summary>Lays a statement beside what is booked.</summary>
internal static class Reconciler
{
    // Tokens are priced as the general standard calls of that day: what explains a difference is its size, not its last cent.
    private const string Tier = "standard";

    public static Reconciliation Compare(string statementId, string provider, PicoUsd invoiced, List<StatementLine> lines, List<BookedDay> booked, PriceBook book)
    {
        var told = lines.ToDictionary(static line => (line.Day, line.Model));
        var known = booked.ToDictionary(static day => (day.Day, day.Model));
        var total = booked.Aggregate(PicoUsd.Zero, static (sum, day) => sum + day.Cost);
        var estimated = booked.Aggregate(PicoUsd.Zero, static (sum, day) => sum + day.Estimated);
        List<ReconciledLine> compared =
        [
            .. told.Keys.Union(known.Keys)
                .OrderBy(static key => key.Day).ThenBy(static key => key.Model, StringComparer.Ordinal)
                .Select(key => Line(provider, told.GetValueOrDefault(key), known.GetValueOrDefault(key) ?? new(key.Day, key.Model, 0, LlmUsage.None, PicoUsd.Zero, PicoUsd.Zero), book)),
        ];
        return new(statementId, invoiced, total, EstimatedShare.PartOf(estimated, total), Agree(invoiced, total), compared);
    }

    private static ReconciledLine Line(string provider, StatementLine? told, BookedDay booked, PriceBook book)
    {
        var invoiced = told?.Amount ?? PicoUsd.Zero;
        return new(booked.Day, booked.Model, invoiced, booked.Cost)
        {
            MissingCalls = told?.Requests - booked.Calls,
            InputTokenDifference = told?.Usage?.InputTokens - booked.Usage.InputTokens,
            OutputTokenDifference = told?.Usage?.OutputTokens - booked.Usage.OutputTokens,
            PriceDifference = told?.Usage is { } usage && TokensAtOurPrice(provider, booked, usage, book) is { } tokens ? invoiced - booked.Cost - tokens : null,
            EstimatedShare = EstimatedShare.PartOf(booked.Estimated, booked.Cost),
            Agrees = Agree(invoiced, booked.Cost),
        };
    }

    // What the difference in counts is worth: nothing when the counts agree, so that all of the difference is then one of price, whatever thresholds and tiers the calls were priced by.
    private static PicoUsd? TokensAtOurPrice(string provider, BookedDay booked, LlmUsage told, PriceBook book)
    {
        Int128 sum = 0;
        foreach (var bucket in Buckets.All)
        {
            var difference = told[bucket] - booked.Usage[bucket];
            if (difference == 0)
                continue;
            if (book.MicroUsd(provider, booked.Model, Tier, "", new DateTimeOffset(booked.Day, TimeOnly.MinValue, TimeSpan.Zero), inputTokens: 1, bucket) is not { } microUsd)
                return null;
            sum += (Int128)difference * microUsd;
        }

        return new PicoUsd(sum);
    }

    private static bool Agree(PicoUsd invoiced, PicoUsd booked) => Int128.Abs(invoiced.Value - booked.Value) * 100 <= Int128.Abs(invoiced.Value);
}
