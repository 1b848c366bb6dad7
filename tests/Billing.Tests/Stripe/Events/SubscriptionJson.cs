using System.Globalization;
using Patterns.Stripe;

namespace Billing.Tests.Stripe.Events;

/// <summary>Subscriptions as current versions of Stripe's API write them, and as older ones did.</summary>
internal static class SubscriptionJson
{
    public static string Write(string status = "active", long start = 1_795_000_000, long end = 1_797_592_000, string tenant = "acme", bool old = false, string id = "sub_1", string price = "price_pro", bool cancelAtPeriodEnd = false, string quantity = "3")
    {
        var period = string.Create(CultureInfo.InvariantCulture, $"\"current_period_start\":{start},\"current_period_end\":{end}");
        return $$"""
            {"id":"{{id}}","object":"subscription","status":"{{status}}","customer":"cus_1","cancel_at_period_end":{{(cancelAtPeriodEnd ? "true" : "false")}},"cancel_at":null,
             "ended_at":{{(status == "canceled" ? "1796000000" : "null")}},"trial_end":null,"metadata":{"tenant_id":"{{tenant}}"}{{(old ? "," + period : "")}},
             "items":{"object":"list","has_more":false,"data":[{"id":"si_1","object":"subscription_item","quantity":{{quantity}},"metadata":{},"price":{"id":"{{price}}","object":"price"}{{(old ? "" : "," + period)}} }] } }
            """;
    }

    /// <summary>The same as an answer of the API.</summary>
    public static StripeSubscription Fetched(string status = "active", long start = 1_795_000_000, long end = 1_797_592_000, string tenant = "acme", string id = "sub_1") => new()
    {
        Id = id,
        Status = status,
        Customer = "cus_1",
        EndedAt = status == "canceled" ? DateTimeOffset.FromUnixTimeSeconds(1_796_000_000) : null,
        Metadata = new Dictionary<string, string>(StringComparer.Ordinal) { ["tenant_id"] = tenant },
        Items = new()
        {
            Data =
            [
                new()
                {
                    Id = "si_1",
                    Quantity = 3,
                    Price = new() { Id = "price_pro" },
                    CurrentPeriodStart = DateTimeOffset.FromUnixTimeSeconds(start),
                    CurrentPeriodEnd = DateTimeOffset.FromUnixTimeSeconds(end),
                },
            ],
        },
    };
}
