namespace Patterns.Stripe;

/// <summary>A checkout to start.</summary>
public sealed record CheckoutRequest
{
    /// <summary>Your tenant, 1 to 200 characters. It comes back in every event of the session and of the subscription, as their metadata <c>tenant_id</c>.</summary>
    public required string TenantId { get; init; }

    /// <summary>The plan's name in the options.</summary>
    public required string Plan { get; init; }

    /// <summary>Where the customer comes back to after paying; absolute, and sent as it was written: Stripe puts the session's id in place of <c>{CHECKOUT_SESSION_ID}</c>.</summary>
    public required Uri SuccessUrl { get; init; }

    /// <summary>Where the customer comes back to without paying; absolute.</summary>
    public Uri? CancelUrl { get; init; }

    /// <summary>How many, from 1 on; null for a plan that is billed by usage.</summary>
    public long? Quantity { get; init; } = 1;

    /// <summary>The provider's id of the customer, from an earlier checkout; a new customer without it.</summary>
    public string? CustomerId { get; init; }

    /// <summary>The e-mail address to begin with; not together with a customer.</summary>
    public string? Email { get; init; }

    /// <summary>Days of trial, from 1 on; none without it.</summary>
    public int? TrialDays { get; init; }

    /// <summary>Whether the customer may enter a promotion code.</summary>
    public bool AllowPromotionCodes { get; init; }

    /// <summary>
    /// Names this one click, 1 to 255 visible ASCII characters, such as an id that the page was rendered with: two requests with it get the same checkout. Without it each
    /// call makes a checkout, and only its own retries share one.
    /// </summary>
    public string? IdempotencyKey { get; init; }
}
