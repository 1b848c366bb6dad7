namespace Patterns.Stripe;

/// <summary>A checkout session to make.</summary>
public sealed record CheckoutSessionCreate
{
    /// <summary><c>payment</c>, <c>setup</c> or <c>subscription</c>.</summary>
    public required string Mode { get; init; }

    /// <summary>Where the customer comes back to after paying; <c>{CHECKOUT_SESSION_ID}</c> in it becomes the session's id.</summary>
    public string? SuccessUrl { get; init; }

    /// <summary>Where the customer comes back to without paying.</summary>
    public string? CancelUrl { get; init; }

    /// <summary>Customer; a new one without it.</summary>
    public string? Customer { get; init; }

    /// <summary>E-mail address to begin with; not together with a customer.</summary>
    public string? CustomerEmail { get; init; }

    /// <summary>Your own reference, up to 200 characters.</summary>
    public string? ClientReferenceId { get; init; }

    /// <summary>What is sold.</summary>
    public IReadOnlyList<CheckoutLineItem>? LineItems { get; init; }

    /// <summary>Whether the customer may enter a promotion code.</summary>
    public bool? AllowPromotionCodes { get; init; }

    /// <summary>Whether Stripe calculates taxes.</summary>
    public AutomaticTax? AutomaticTax { get; init; }

    /// <summary>The subscription that it makes.</summary>
    public CheckoutSubscription? SubscriptionData { get; init; }

    /// <summary>When it ends: 30 minutes to 24 hours from now.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>Language, such as <c>auto</c> or <c>de</c>.</summary>
    public string? Locale { get; init; }

    /// <summary>What you store with it: up to 50 keys.</summary>
    public IReadOnlyDictionary<string, string>? Metadata { get; init; }
}
