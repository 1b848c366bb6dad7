namespace Patterns.Stripe;

/// <summary>Billing credits to give.</summary>
public sealed record CreditGrantCreate
{
    /// <summary>How much.</summary>
    public required CreditAmount Amount { get; init; }

    /// <summary>What it may pay for.</summary>
    public required CreditApplicability ApplicabilityConfig { get; init; }

    /// <summary>Customer.</summary>
    public string? Customer { get; init; }

    /// <summary><c>paid</c> or <c>promotional</c>.</summary>
    public string? Category { get; init; }

    /// <summary>Your name for it, up to 100 characters.</summary>
    public string? Name { get; init; }

    /// <summary>0 to 100, the lower is used first; 50 without it.</summary>
    public int? Priority { get; init; }

    /// <summary>From when it may be used; now without it.</summary>
    public DateTimeOffset? EffectiveAt { get; init; }

    /// <summary>Until when; for ever without it.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>What you store with it: up to 50 keys.</summary>
    public IReadOnlyDictionary<string, string>? Metadata { get; init; }
}
