namespace Patterns.Stripe;

/// <summary>Which subscriptions to list.</summary>
public sealed record SubscriptionFilter
{
    /// <summary>Of this customer.</summary>
    public string? Customer { get; init; }

    /// <summary>With this price.</summary>
    public string? Price { get; init; }

    /// <summary>With this status, or <c>all</c>, or <c>ended</c>. Without it: all that are not canceled.</summary>
    public string? Status { get; init; }

    /// <summary>With this collection method.</summary>
    public string? CollectionMethod { get; init; }

    /// <summary>When it was made.</summary>
    public TimeRange? Created { get; init; }

    /// <summary>Whose period ends then.</summary>
    public TimeRange? CurrentPeriodEnd { get; init; }

    /// <summary>On this test clock.</summary>
    public string? TestClock { get; init; }

    /// <summary>Entries of one page, 1 to 100; not a limit of the whole list. Stripe's default is 10.</summary>
    public int? Limit { get; init; }

    /// <summary>Begins after this id.</summary>
    public string? StartingAfter { get; init; }

    /// <summary>Ends before this id: the list then runs from older to newer.</summary>
    public string? EndingBefore { get; init; }
}
