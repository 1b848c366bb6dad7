namespace Patterns.Stripe;

/// <summary>The request that caused an event.</summary>
public sealed record StripeEventRequest
{
    /// <summary>Request id; null when Stripe acted by itself.</summary>
    public string? Id { get; init; }

    /// <summary>Idempotency key of the request.</summary>
    public string? IdempotencyKey { get; init; }
}
