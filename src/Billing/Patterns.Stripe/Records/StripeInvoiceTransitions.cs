namespace Patterns.Stripe;

/// <summary>When the status of an invoice changed.</summary>
public sealed record StripeInvoiceTransitions
{
    /// <summary>When it became open.</summary>
    public DateTimeOffset? FinalizedAt { get; init; }

    /// <summary>When it was paid.</summary>
    public DateTimeOffset? PaidAt { get; init; }

    /// <summary>When it was given up.</summary>
    public DateTimeOffset? MarkedUncollectibleAt { get; init; }

    /// <summary>When it was voided.</summary>
    public DateTimeOffset? VoidedAt { get; init; }
}
