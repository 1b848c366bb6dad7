using System.Text.Json;

namespace Patterns.Stripe;

/// <summary>Makes a state of a subscription as current versions of the API write it, and as older ones did.</summary>
internal static class SubscriptionReader
{
    /// <summary>What Stripe calls it in <c>object</c>, and in a notification's related object.</summary>
    public const string ObjectName = "subscription";

    public static SubscriptionState Read(StripeSubscription subscription, DateTimeOffset eventAt, IReadOnlyList<string> eventIds)
    {
        if (string.IsNullOrEmpty(subscription.Id)) throw new JsonException("The subscription has no id.");
        if (string.IsNullOrEmpty(subscription.Customer)) throw new JsonException($"The subscription {subscription.Id} has no customer.");
        List<SubscriptionItemState> items = [.. subscription.Items.Data.Select(item => Item(item, subscription))];
        var first = items.MinBy(static item => item.PeriodEnd ?? DateTimeOffset.MaxValue);
        return new SubscriptionState
        {
            Id = subscription.Id,
            CustomerId = subscription.Customer,
            Status = Status(subscription),
            Items = items,
            PeriodStart = first is null ? subscription.CurrentPeriodStart : first.PeriodStart,
            PeriodEnd = first is null ? subscription.CurrentPeriodEnd : first.PeriodEnd,
            TrialEnd = subscription.TrialEnd,
            CancelAtPeriodEnd = subscription.CancelAtPeriodEnd,
            CancelAt = subscription.CancelAt,
            EndedAt = subscription.EndedAt,
            Metadata = subscription.Metadata,
            EventAt = eventAt,
            EventIds = eventIds,
        };
    }

    /// <summary>The status.</summary>
    /// <exception cref="JsonException">It is none of the eight: guessing would open or close a customer's access.</exception>
    public static SubscriptionStatus Status(StripeSubscription subscription) => subscription.Status switch
    {
        "incomplete" => SubscriptionStatus.Incomplete,
        "incomplete_expired" => SubscriptionStatus.IncompleteExpired,
        "trialing" => SubscriptionStatus.Trialing,
        "active" => SubscriptionStatus.Active,
        "past_due" => SubscriptionStatus.PastDue,
        "unpaid" => SubscriptionStatus.Unpaid,
        "paused" => SubscriptionStatus.Paused,
        "canceled" => SubscriptionStatus.Canceled,
        _ => throw new JsonException($"The subscription {subscription.Id} has the status '{subscription.Status}', which is none of the eight."),
    };

    // Periods moved from the subscription to its items with version 2025-03-31.basil.
    private static SubscriptionItemState Item(StripeSubscriptionItem item, StripeSubscription subscription) => new(
        item.Id,
        item.Price?.Id ?? throw new JsonException($"The subscription {subscription.Id} has an item without a price."),
        item.Quantity,
        item.CurrentPeriodStart ?? subscription.CurrentPeriodStart,
        item.CurrentPeriodEnd ?? subscription.CurrentPeriodEnd);
}
