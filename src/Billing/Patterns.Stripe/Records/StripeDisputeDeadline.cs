namespace Patterns.Stripe;

/// <summary>The state of a dispute's evidence.</summary>
public sealed record StripeDisputeDeadline
{
    /// <summary>Until when evidence is taken; null when it is not.</summary>
    public DateTimeOffset? DueBy { get; init; }

    /// <summary>Whether any is there.</summary>
    public bool HasEvidence { get; init; }

    /// <summary>Whether the time is over.</summary>
    public bool PastDue { get; init; }

    /// <summary>How often it was submitted.</summary>
    public long SubmissionCount { get; init; }
}
