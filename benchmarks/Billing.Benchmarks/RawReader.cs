using System.Globalization;
using System.Text.Json;
using Patterns.Stripe;

namespace Billing.Benchmarks;

/// <summary>What one writes by hand to read a subscription: the fields that the package reads, from a JsonDocument.</summary>
internal static class RawReader
{
    public static StripeSubscription Read(JsonElement json) => new()
    {
        Id = json.GetProperty("id").GetString()!,
        Status = json.GetProperty("status").GetString()!,
        Customer = json.GetProperty("customer").GetString()!,
        Currency = json.GetProperty("currency").GetString(),
        Items = new() { Data = [.. json.GetProperty("items").GetProperty("data").EnumerateArray().Select(Item)] },
        CancelAtPeriodEnd = json.GetProperty("cancel_at_period_end").GetBoolean(),
        CancelAt = Instant(json, "cancel_at"),
        CanceledAt = Instant(json, "canceled_at"),
        EndedAt = Instant(json, "ended_at"),
        Created = Instant(json, "created")!.Value,
        StartDate = Instant(json, "start_date"),
        BillingCycleAnchor = Instant(json, "billing_cycle_anchor"),
        TrialStart = Instant(json, "trial_start"),
        TrialEnd = Instant(json, "trial_end"),
        CollectionMethod = Text(json, "collection_method"),
        DefaultPaymentMethod = Text(json, "default_payment_method"),
        LatestInvoice = Text(json, "latest_invoice"),
        Schedule = Text(json, "schedule"),
        PauseCollection = json.GetProperty("pause_collection") is { ValueKind: JsonValueKind.Object } pause ? new() { Behavior = Text(pause, "behavior")!, ResumesAt = Instant(pause, "resumes_at") } : null,
        CancellationDetails = json.GetProperty("cancellation_details") is { ValueKind: JsonValueKind.Object } why ? new() { Reason = Text(why, "reason"), Feedback = Text(why, "feedback"), Comment = Text(why, "comment") } : null,
        Metadata = Map(json),
    };

    private static StripeSubscriptionItem Item(JsonElement json) => new()
    {
        Id = json.GetProperty("id").GetString()!,
        Quantity = json.GetProperty("quantity").GetInt64(),
        CurrentPeriodStart = Instant(json, "current_period_start"),
        CurrentPeriodEnd = Instant(json, "current_period_end"),
        Price = Price(json.GetProperty("price")),
        Metadata = Map(json),
    };

    private static StripePrice Price(JsonElement json) => new()
    {
        Id = json.GetProperty("id").GetString()!,
        Active = json.GetProperty("active").GetBoolean(),
        Currency = json.GetProperty("currency").GetString()!,
        UnitAmount = json.GetProperty("unit_amount").GetInt64(),
        UnitAmountDecimal = Text(json, "unit_amount_decimal") is { } amount ? decimal.Parse(amount, CultureInfo.InvariantCulture) : null,
        Product = Text(json, "product"),
        LookupKey = Text(json, "lookup_key"),
        Nickname = Text(json, "nickname"),
        Type = Text(json, "type"),
        BillingScheme = Text(json, "billing_scheme"),
        Recurring = json.GetProperty("recurring") is { ValueKind: JsonValueKind.Object } recurring
            ? new() { Interval = Text(recurring, "interval")!, IntervalCount = recurring.GetProperty("interval_count").GetInt32(), UsageType = Text(recurring, "usage_type"), Meter = Text(recurring, "meter") }
            : null,
        Metadata = Map(json),
    };

    private static string? Text(JsonElement json, string name) => json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static DateTimeOffset? Instant(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number ? DateTimeOffset.FromUnixTimeSeconds(value.GetInt64()) : null;

    private static Dictionary<string, string> Map(JsonElement json)
    {
        var map = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var entry in json.GetProperty("metadata").EnumerateObject()) map[entry.Name] = entry.Value.GetString()!;
        return map;
    }
}
