namespace Patterns.Stripe;

/// <summary>Which summaries of usage to list.</summary>
public sealed record MeterSummaryFilter
{
    /// <summary>Customer.</summary>
    public required string Customer { get; init; }

    /// <summary>Start, inclusive; whole minutes.</summary>
    public required DateTimeOffset StartTime { get; init; }

    /// <summary>End, exclusive; whole minutes.</summary>
    public required DateTimeOffset EndTime { get; init; }

    /// <summary><c>day</c> or <c>hour</c>; the whole span as one without it.</summary>
    public string? ValueGroupingWindow { get; init; }

    /// <summary>Entries of one page, 1 to 100; not a limit of the whole list. Stripe's default is 10.</summary>
    public int? Limit { get; init; }

    /// <summary>Begins after this id.</summary>
    public string? StartingAfter { get; init; }

    /// <summary>Ends before this id: the list then runs from older to newer.</summary>
    public string? EndingBefore { get; init; }
}
