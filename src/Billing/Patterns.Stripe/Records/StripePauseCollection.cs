namespace Patterns.Stripe;

/// <summary>How the collection of invoices is paused.</summary>
public sealed record StripePauseCollection
{
    /// <summary><c>keep_as_draft</c>, <c>mark_uncollectible</c> or <c>void</c>.</summary>
    public string Behavior { get; init => field = value ?? ""; } = "";

    /// <summary>When it goes on.</summary>
    public DateTimeOffset? ResumesAt { get; init; }
}
