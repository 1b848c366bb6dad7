namespace Patterns.CreditLedger;

/// <summary>What the functions of Schema/0003_operations.sql say about an operation, as far as it applies.</summary>
internal sealed record LedgerTold
{
    public long? Seq { get; init; }

    public long? Available { get; init; }

    public long? Asked { get; init; }

    public LedgerToldLine[]? Lines { get; init; }

    public Guid? Lot { get; init; }

    public long? Granted { get; init; }

    public DateTimeOffset? Expires { get; init; }

    public long? Held { get; init; }

    public long? Settled { get; init; }

    public DateTimeOffset? Ended { get; init; }

    public DateTimeOffset? Until { get; init; }

    /// <summary>The sum over the entries of these kinds, with a lot or without.</summary>
    public long Sum(bool ofLots, params ReadOnlySpan<EntryKind> kinds)
    {
        var sum = 0L;
        foreach (var line in Lines ?? [])
        {
            if (line.Lot.HasValue == ofLots && kinds.Contains(line.Kind))
                sum += line.Amount;
        }

        return sum;
    }

    public CreditLine[] LinesOf(params EntryKind[] kinds) =>
        [.. (Lines ?? []).Where(line => line.Lot.HasValue && kinds.Contains(line.Kind)).Select(static line => new CreditLine(line.Lot!.Value, line.Pool!, line.Amount))];
}
