namespace Patterns.Stripe;

/// <summary>One price of a subscription.</summary>
/// <param name="Id">The item's id.</param>
/// <param name="PriceId">The price.</param>
/// <param name="Quantity">How many; <see langword="null"/> for a metered price.</param>
/// <param name="PeriodStart">When its current period began, in older payloads the subscription's.</param>
/// <param name="PeriodEnd">When its current period ends, in older payloads the subscription's.</param>
public sealed record SubscriptionItemState(string Id, string PriceId, long? Quantity, DateTimeOffset? PeriodStart, DateTimeOffset? PeriodEnd);
