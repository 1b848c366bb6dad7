namespace Patterns.Stripe;

/// <summary>Which invoices to list.</summary>
public sealed record InvoiceFilter
{
    /// <summary>Of this customer.</summary>
    public string? Customer { get; init; }

    /// <summary>Of this subscription.</summary>
    public string? Subscription { get; init; }

    /// <summary>With this status.</summary>
    public string? Status { get; init; }

    /// <summary>With this collection method.</summary>
    public string? CollectionMethod { get; init; }

    /// <summary>When it was made.</summary>
    public TimeRange? Created { get; init; }

    /// <summary>Due then.</summary>
    public TimeRange? DueDate { get; init; }

    /// <summary>Entries of one page, 1 to 100; not a limit of the whole list. Stripe's default is 10.</summary>
    public int? Limit { get; init; }

    /// <summary>Begins after this id.</summary>
    public string? StartingAfter { get; init; }

    /// <summary>Ends before this id: the list then runs from older to newer.</summary>
    public string? EndingBefore { get; init; }
}
