using System.Text;
using Patterns.WebhookDedup;

namespace Api.Tests.WebhookDedup;

/// <summary>Events from their parts and from bodies.</summary>
public sealed class WebhookEventTests
{
    [Theory]
    [InlineData("", "1 to 200")]
    [InlineData("a\u0000b", "U+0000 at character 1")]
    [InlineData("line\n", "U+000A at character 4")]
    [InlineData("ü\u0085", "U+0085 at character 1")]
    public void A_text_that_is_no_name_is_refused_with_the_reason(string text, string reason)
    {
        Refused(() => new WebhookEvent("s", text, "t", default)).Should().ContainAll("Id", reason);
        Refused(() => new WebhookEvent("s", "i", "t", default, tenant: text)).Should().ContainAll("Tenant", reason);
        Refused(() => new WebhookEvent("s", "i", text, default)).Should().ContainAll("Type", reason);
        Refused(() => new WebhookEvent("s", "i", "t", default, orderingKey: text)).Should().ContainAll("OrderingKey", reason);
        Refused(() => new WebhookEvent("s", "i", "t", default) with { Source = text }).Should().ContainAll("Source", reason.Replace("200", "100", StringComparison.Ordinal));
    }

    [Fact]
    public void Half_a_surrogate_pair_is_refused() =>
        Refused(() => new WebhookEvent("s", "x\ud800", "t", default)).Should().ContainAll("Id", "half of a surrogate pair at character 1");

    [Fact]
    public void The_limits_of_length_are_named_and_inclusive()
    {
        var longest = new WebhookEvent(new string('s', 100), new string('i', 200), new string('y', 200), default, new string('t', 200), orderingKey: new string('o', 200));
        Refused(() => longest with { Source = new string('s', 101) }).Should().ContainAll("Source", "101", "1 to 100");
        Refused(() => longest with { Id = new string('i', 201) }).Should().ContainAll("Id", "201", "1 to 200");
        Refused(() => longest with { Type = new string('y', 201) }).Should().ContainAll("Type", "1 to 200");
        Refused(() => longest with { Tenant = new string('t', 201) }).Should().ContainAll("Tenant", "1 to 200");
        Refused(() => longest with { OrderingKey = new string('o', 201) }).Should().ContainAll("OrderingKey", "1 to 200");
        FluentActions.Invoking(() => longest with { Id = null! }).Should().Throw<ArgumentNullException>();
    }

    [Fact]
    public void A_stripe_event_is_read_from_its_body()
    {
        var body = Encoding.UTF8.GetBytes(
            """
            {"id":"evt_1Pgc76B7WZ01zgkWwyRHS12y","object":"event","account":"acct_9","api_version":"2024-06-20","created":1721948530,
             "data":{"previous_attributes":{"id":"no","object":{"id":"no"}},"object":{"lines":{"data":[{"id":"no"}]},"id":"in_1PgafmB7WZ01zgkW","object":"invoice","metadata":{"id":"no","type":"no"}}},
             "livemode":false,"pending_webhooks":2,"request":{"id":"no","idempotency_key":null},"type":"invoice.paid"}
            """);

        WebhookEvent.FromStripe(body).Should().Be(new WebhookEvent(
            "stripe", "evt_1Pgc76B7WZ01zgkWwyRHS12y", "invoice.paid", body, "_", DateTimeOffset.FromUnixTimeSeconds(1721948530), "in_1PgafmB7WZ01zgkW", 1721948530));
        WebhookEvent.FromStripe(body, "stripe-eu", "acme").Should().Match<WebhookEvent>(e => e.Source == "stripe-eu" && e.Tenant == "acme");
    }

    [Fact]
    public void A_thin_stripe_event_is_read_from_its_body()
    {
        var body = Encoding.UTF8.GetBytes(
            """{"id":"evt_test_65R9","object":"v2.core.event","type":"v1.billing.meter.error_report_triggered","created":"2024-09-17T06:20:52.246Z","related_object":{"id":"mtr_1","type":"billing.meter","url":"/v1/billing/meters/mtr_1"},"data":null}""");

        WebhookEvent.FromStripe(body).Should().Match<WebhookEvent>(e =>
            e.Id == "evt_test_65R9" && e.OrderingKey == "mtr_1" && e.Position == 1726554052 && e.OccurredAt == new DateTimeOffset(2024, 9, 17, 6, 20, 52, 246, TimeSpan.Zero));
    }

    [Fact]
    public void A_stripe_event_about_an_object_without_id_has_no_ordering_key()
    {
        WebhookEvent.FromStripe("""{"id":"evt_1","type":"balance.available","created":1e99,"data":{"object":{"object":"balance"}}}"""u8.ToArray())
            .Should().Match<WebhookEvent>(e => e.OrderingKey == null && e.Position == null && e.OccurredAt == null);
        WebhookEvent.FromStripe("""{"id":"evt_1","type":"t","data":[{"object":{"id":"no"}}],"created":{"at":1}}"""u8.ToArray()).OrderingKey.Should().BeNull();
    }

    [Theory]
    [InlineData("", "not JSON")]
    [InlineData("[]", "not a JSON object")]
    [InlineData("{\"id\":\"evt_1\",\"type\":\"t\"} secret", "not JSON")]
    [InlineData("{\"id\":\"evt_1\",\"type\":\"t\"", "not JSON")]
    [InlineData("{\"type\":\"t\"}", "no id")]
    [InlineData("{\"id\":1,\"type\":\"t\"}", "no id")]
    [InlineData("{\"id\":\"evt_1\"}", "no type")]
    [InlineData("{\"id\":\"\\ud800\",\"type\":\"t\"}", "not Unicode")]
    [InlineData("{\"id\":\"\",\"type\":\"t\"}", "1 to 200")]
    public void A_body_that_is_no_stripe_event_is_refused_without_being_quoted(string body, string reason) =>
        Refused(() => WebhookEvent.FromStripe(Encoding.UTF8.GetBytes(body))).Should().Contain(reason).And.NotContain("secret");

    [Fact]
    public void A_cloud_event_is_identified_by_its_source_and_id_together()
    {
        var body = """{"specversion":"1.0","id":"A234","source":"https://example.com/shop","type":"com.example.order","time":"2026-04-05T17:31:00+02:00","data":{"id":"no","source":"no"}}"""u8.ToArray();

        WebhookEvent.FromCloudEvents(body).Should().Be(new WebhookEvent(
            "cloudevents", "https://example.com/shop A234", "com.example.order", body, "_", new DateTimeOffset(2026, 4, 5, 15, 31, 0, TimeSpan.Zero)));
    }

    [Fact]
    public void A_cloud_event_with_a_long_identity_is_identified_by_its_hash()
    {
        var (one, other) = (Long('a'), Long('b'));
        one.Id.Should().MatchRegex("^sha256:[0-9a-f]{64}$").And.Be(Long('a').Id).And.NotBe(other.Id);

        static WebhookEvent Long(char last) => WebhookEvent.FromCloudEvents(Encoding.UTF8.GetBytes($$"""{"specversion":"1.0","id":"1","source":"/{{new string('s', 200)}}{{last}}","type":"t"}"""));
    }

    [Theory]
    [InlineData("""{"id":"1","source":"/s","type":"t"}""", "specversion")]
    [InlineData("""{"specversion":"0.3","id":"1","source":"/s","type":"t"}""", "specversion")]
    [InlineData("""{"specversion":"1.0","source":"/s","type":"t"}""", "no id")]
    [InlineData("""{"specversion":"1.0","id":"1","type":"t"}""", "source")]
    [InlineData("""{"specversion":"1.0","id":"1","source":"/a b","type":"t"}""", "source")]
    [InlineData("""{"specversion":"1.0","id":"1","source":"/s"}""", "no type")]
    [InlineData("x", "not JSON")]
    public void A_body_that_is_no_cloud_event_is_refused(string body, string reason) =>
        Refused(() => WebhookEvent.FromCloudEvents(Encoding.UTF8.GetBytes(body))).Should().Contain(reason);

    private static string Refused(Func<WebhookEvent> make) => make.Should().Throw<ArgumentException>().Which.Message;
}
