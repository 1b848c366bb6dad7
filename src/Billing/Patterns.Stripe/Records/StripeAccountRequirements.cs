namespace Patterns.Stripe;

/// <summary>What Stripe still wants to know of an account.</summary>
public sealed record StripeAccountRequirements
{
    /// <summary>Why the account is restricted.</summary>
    public string? DisabledReason { get; init; }

    /// <summary>Until when the answers are due.</summary>
    public DateTimeOffset? CurrentDeadline { get; init; }

    /// <summary>Due by the deadline.</summary>
    public IReadOnlyList<string>? CurrentlyDue { get; init; }

    /// <summary>Overdue.</summary>
    public IReadOnlyList<string>? PastDue { get; init; }
}
