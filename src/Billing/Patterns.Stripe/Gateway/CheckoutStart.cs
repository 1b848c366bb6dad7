namespace Patterns.Stripe;

/// <summary>A checkout that was started. The subscription exists only when the provider's event says so, not when the customer comes back.</summary>
/// <param name="Id">The provider's id of the session.</param>
/// <param name="Url">Where to send the customer.</param>
/// <param name="ExpiresAt">Until when it can be paid.</param>
public sealed record CheckoutStart(string Id, Uri Url, DateTimeOffset ExpiresAt);
