namespace Patterns.Stripe;

/// <summary>Which disputes to list.</summary>
public sealed record DisputeFilter
{
    /// <summary>Of this charge.</summary>
    public string? Charge { get; init; }

    /// <summary>Of this payment intent.</summary>
    public string? PaymentIntent { get; init; }

    /// <summary>When it was made.</summary>
    public TimeRange? Created { get; init; }

    /// <summary>Entries of one page, 1 to 100; not a limit of the whole list. Stripe's default is 10.</summary>
    public int? Limit { get; init; }

    /// <summary>Begins after this id.</summary>
    public string? StartingAfter { get; init; }

    /// <summary>Ends before this id: the list then runs from older to newer.</summary>
    public string? EndingBefore { get; init; }
}
