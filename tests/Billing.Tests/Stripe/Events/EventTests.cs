using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Patterns.Stripe;

namespace Billing.Tests.Stripe.Events;

public sealed class EventTests
{
    [Fact]
    public void A_snapshot_carries_its_object()
    {
        var json = Webhook.Snapshot("""{"id":"in_1","object":"invoice","total":4900}, "previous_attributes": {"total": 0}""", type: "invoice.updated");

        var read = Webhook.Event(json);

        (read.Kind, read.Id, read.Type, read.ApiVersion, read.Livemode, read.Created).Should()
            .Be((StripeEventKind.Snapshot, "evt_1", "invoice.updated", "2026-10-28.endive", true, DateTimeOffset.FromUnixTimeSeconds(1_795_000_000)));
        (read.Request!.Id, read.Request.IdempotencyKey, read.Account, read.RelatedObject).Should().Be(("req_1", "key-1", null, null));
        (read.Snapshot.GetProperty("total").GetInt64(), read.PreviousAttributes.GetProperty("total").GetInt64()).Should().Be((4900, 0));
        Encoding.UTF8.GetString(read.Payload.Span).Should().Be(json);
    }

    [Fact]
    public void A_notification_names_its_object()
    {
        var read = Webhook.Event(Webhook.Notification("billing.meter", "mtr_1"));

        (read.Kind, read.Id, read.Type, read.Context, read.Livemode).Should().Be((StripeEventKind.Notification, "evt_n1", "v1.customer.subscription.updated", "acct_1", false));
        read.RelatedObject.Should().Be(new StripeRelatedObject("mtr_1", "billing.meter", "/v1/subscriptions/mtr_1"));
        read.Created.Should().Be(new DateTimeOffset(2026, 11, 20, 11, 59, 58, 250, TimeSpan.Zero));
        (read.Snapshot.ValueKind, read.SubscriptionId).Should().Be((JsonValueKind.Undefined, null));
    }

    [Theory]
    [InlineData("""{"id":"sub_1","object":"subscription"}""")]
    [InlineData("""{"id":"in_1","object":"invoice","parent":{"type":"subscription_details","subscription_details":{"subscription":"sub_1"}}}""")]
    [InlineData("""{"id":"in_1","object":"invoice","parent":{"subscription_details":{"subscription":{"id":"sub_1","object":"subscription"}}}}""")]
    [InlineData("""{"id":"in_1","object":"invoice","subscription":"sub_1"}""")]
    [InlineData("""{"id":"cs_1","object":"checkout.session","subscription":"sub_1"}""")]
    public void An_event_says_which_subscription_it_is_about(string subject) => Webhook.Event(Webhook.Snapshot(subject)).SubscriptionId.Should().Be("sub_1");

    [Theory]
    [InlineData("""{"id":"in_1","object":"invoice","parent":null,"subscription":null}""")]
    [InlineData("""{"id":"cus_1","object":"customer"}""")]
    [InlineData("[]")]
    public void An_event_about_no_subscription_says_so(string subject) => Webhook.Event(Webhook.Snapshot(subject)).SubscriptionId.Should().BeNull();

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"id":"evt_1","object":"event","created":1,"type":"a"} x""")]
    [InlineData("""{"id":"evt_1","object":"event","created":1,"type":"a",}""")]
    [InlineData("""{"id":"evt_1" "object":"event","created":1,"type":"a"}""")]
    [InlineData("""{"id":"evt_1","object":"event","created":1,"type":"a" """)]
    [InlineData("""{"id":"evt_1","object":"event","created":1,"type":"a","data":{"object":{}}""")]
    [InlineData("""{"id":"evt_1","object":"event","created":1,"type":"a","data":"}""")]
    [InlineData("""{"id":"","object":"event","created":1,"type":"a"}""")]
    [InlineData("""{"id":1,"object":"event","created":1,"type":"a"}""")]
    [InlineData("""{"id":"evt_1","object":"invoice","created":1,"type":"a"}""")]
    [InlineData("""{"id":"evt_1","object":"event","created":"yesterday","type":"a"}""")]
    [InlineData("""{"id":"evt_1","object":"event","created":-1,"type":"a"}""")]
    [InlineData("""{"id":"evt_\x","object":"event","created":1,"type":"a"}""")]
    [InlineData("""{"id":"evt_1","object":"event","type":"a"}""")]
    [InlineData("""{"id":"evt_1","object":"event","created":1}""")]
    public void What_is_signed_but_no_event_is_malformed(string json)
    {
        var result = Webhook.Deliver(json);

        (result.Outcome, result.Event).Should().Be((StripeEventOutcome.Malformed, null));
    }

    [Fact]
    public void Whatever_an_object_holds_the_envelope_is_read_as_a_JSON_parser_reads_it()
    {
        var random = new Random(20_261_120);
        for (var i = 0; i < 3_000; i++)
        {
            var json = JsonSerializer.Serialize(new { before = Any(random, 0), id = "evt_" + Text(random), data = Any(random, 0), created = 5, type = "a." + Text(random), @object = "event", after = Any(random, 0) }, Options(random));
            var expected = JsonNode.Parse(json)!;

            var read = Webhook.Deliver(json).Event;

            (read?.Id, read?.Type).Should().Be(((string?)expected["id"], (string?)expected["type"]), $"of event {i}: {json}");
            JsonElement.DeepEquals(read!.Raw, JsonElement.Parse(json)).Should().BeTrue();
        }
    }

    private static object? Any(Random random, int depth) => random.Next(depth > 4 ? 3 : 5) switch
    {
        0 => random.Next(2) == 0 ? null : random.Next(),
        1 => Text(random),
        2 => new string('x', random.Next(200)),
        3 => Enumerable.Range(0, random.Next(5)).Select(_ => Any(random, depth + 1)).ToArray(),
        _ => Enumerable.Range(0, random.Next(5)).ToDictionary(i => i + Text(random), _ => Any(random, depth + 1), StringComparer.Ordinal),
    };

    // What would deceive a reader that counts brackets and quotes carelessly.
    private static string Text(Random random) => string.Concat(Enumerable.Range(0, random.Next(12)).Select(_ => random.GetItems(["\\", "\\\\", "\"", "{", "}", "[", "]", ",", ":", "\n", "ü", "👋", "\"type\":\"b\"", " "], 1)[0]));

    private static JsonSerializerOptions Options(Random random) => random.Next(2) == 0 ? Relaxed : Indented;

    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };
}
