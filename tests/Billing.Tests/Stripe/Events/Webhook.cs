using System.Text;
using Patterns.Stripe;

namespace Billing.Tests.Stripe.Events;

/// <summary>Events as Stripe writes them, and deliveries as its signer makes them.</summary>
internal static class Webhook
{
    public const string Secret = "whsec_0123456789abcdef0123456789abcdef";
    public static readonly DateTimeOffset Now = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);

    public static string Snapshot(string content, string id = "evt_1", string type = "customer.subscription.updated", long created = 1_795_000_000) =>
        $$"""
        {
          "id": "{{id}}",
          "object": "event",
          "api_version": "2026-10-28.endive",
          "created": {{created}},
          "data": {
            "object": {{content}}
          },
          "livemode": true,
          "pending_webhooks": 1,
          "request": {"id": "req_1", "idempotency_key": "key-1"},
          "type": "{{type}}"
        }
        """;

    public static string Notification(string relatedType, string relatedId, string id = "evt_n1", string created = "2026-11-20T11:59:58.250Z") =>
        $$"""
        {"id":"{{id}}","object":"v2.core.event","type":"v1.customer.subscription.updated","livemode":false,"created":"{{created}}","context":"acct_1",
         "related_object":{"id":"{{relatedId}}","type":"{{relatedType}}","url":"/v1/subscriptions/{{relatedId}}" },"reason":{"type":"request","request":{"id":"req_1"} } }
        """;

    /// <summary>What Parse finds in a genuine delivery of the JSON.</summary>
    public static StripeEventResult Deliver(string json)
    {
        var payload = Encoding.UTF8.GetBytes(json);
        return StripeEvents.Parse(payload, StripeEvents.Sign(payload, Secret, Now), [Secret], Now);
    }

    public static StripeEvent Event(string json) => Deliver(json).Event ?? throw new InvalidOperationException("This is no event: " + json);

    public static StripeEventOutcome Outcome(string json, string? header, params string[] secrets) => StripeEvents.Parse(Encoding.UTF8.GetBytes(json), header, secrets, Now).Outcome;

    public static string Sign(string json, string secret = Secret, DateTimeOffset? at = null) => StripeEvents.Sign(Encoding.UTF8.GetBytes(json), secret, at ?? Now);
}
