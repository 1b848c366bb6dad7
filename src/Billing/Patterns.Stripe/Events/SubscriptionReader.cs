using System.Text.Json;

namespace Patterns.Stripe;

/// <summary>Reads a subscription as current versions of the API write it, and as older ones did.</summary>
internal static class SubscriptionReader
{
    /// <summary>What Stripe calls it in <c>object</c>, and in a notification's related object.</summary>
    public const string ObjectName = "subscription";

    public static SubscriptionState Read(JsonElement subscription, DateTimeOffset eventAt, IReadOnlyList<string> eventIds)
    {
        if (subscription.Text("object") != ObjectName) throw new JsonException("The object is no subscription.");
        var id = subscription.Text("id") ?? throw new JsonException("The subscription has no id.");
        List<SubscriptionItemState> items = [];
        if (subscription.Find("items").Find("data") is { ValueKind: JsonValueKind.Array } data)
        {
            foreach (var item in data.EnumerateArray()) items.Add(Item(item, subscription, id));
        }

        var first = items.MinBy(static item => item.PeriodEnd ?? DateTimeOffset.MaxValue);
        return new SubscriptionState
        {
            Id = id,
            CustomerId = subscription.IdOf("customer") ?? throw Missing(id, "customer"),
            Status = Status(subscription.Text("status"), id),
            Items = items,
            PeriodStart = first is null ? subscription.Instant(PeriodStart) : first.PeriodStart,
            PeriodEnd = first is null ? subscription.Instant(PeriodEnd) : first.PeriodEnd,
            TrialEnd = subscription.Instant("trial_end"),
            CancelAtPeriodEnd = subscription.Find("cancel_at_period_end").ValueKind == JsonValueKind.True,
            CancelAt = subscription.Instant("cancel_at"),
            EndedAt = subscription.Instant("ended_at"),
            Metadata = Metadata(subscription.Find("metadata")),
            EventAt = eventAt,
            EventIds = eventIds,
        };
    }

    private const string PeriodStart = "current_period_start";
    private const string PeriodEnd = "current_period_end";

    // Periods moved from the subscription to its items with version 2025-03-31.basil.
    private static SubscriptionItemState Item(JsonElement item, JsonElement subscription, string id) => new(
        item.Text("id") ?? throw Missing(id, "items.data.id"),
        item.IdOf("price") ?? item.IdOf("plan") ?? throw Missing(id, "items.data.price"),
        item.Find("quantity") is { ValueKind: JsonValueKind.Number } quantity ? quantity.GetInt64() : null,
        item.Instant(PeriodStart) ?? subscription.Instant(PeriodStart),
        item.Instant(PeriodEnd) ?? subscription.Instant(PeriodEnd));

    private static Dictionary<string, string> Metadata(JsonElement metadata) => metadata.ValueKind == JsonValueKind.Object
        ? metadata.EnumerateObject().ToDictionary(static entry => entry.Name, static entry => entry.Value.ToString(), StringComparer.Ordinal)
        : [];

    private static SubscriptionStatus Status(string? status, string id) => status switch
    {
        "incomplete" => SubscriptionStatus.Incomplete,
        "incomplete_expired" => SubscriptionStatus.IncompleteExpired,
        "trialing" => SubscriptionStatus.Trialing,
        "active" => SubscriptionStatus.Active,
        "past_due" => SubscriptionStatus.PastDue,
        "unpaid" => SubscriptionStatus.Unpaid,
        "paused" => SubscriptionStatus.Paused,
        "canceled" => SubscriptionStatus.Canceled,
        _ => throw new JsonException($"The subscription {id} has the status '{status}', which is none of the eight."),
    };

    private static JsonException Missing(string id, string field) => new($"The subscription {id} has no {field}.");
}
