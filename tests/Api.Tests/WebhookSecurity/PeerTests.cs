using System.Security.Cryptography;
using System.Text;
using Patterns.WebhookSecurity;

namespace Api.Tests.WebhookSecurity;

/// <summary>What the official npm packages sign is accepted here, and they accept what is signed here.</summary>
public sealed class PeerTests(Peers peers)
{
    private const string Body = """{"id":"evt_1","type":"order.paid","text":"Grüße, 世界 👋"}""";
    private const string Secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    [Fact]
    [Guarantee("WebhookSecurity", 1)]
    public async Task Stripe()
    {
        using var it = RealTime(WebhookScheme.Stripe);
        var timestamp = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        var header = await peers.SignAsync("stripe.sign", new { body = Body, secret = Secret, timestamp });

        var theirs = await it.VerifyAsync(Headers(("Stripe-Signature", header)), Body);
        var ours = await peers.VerifyAsync("stripe.verify", new { body = Body, secret = Secret, header = Sign(it)["Stripe-Signature"] });
        var tampered = await peers.VerifyAsync("stripe.verify", new { body = Body + " ", secret = Secret, header = Sign(it)["Stripe-Signature"] });

        (theirs.Outcome, theirs.Webhook!.Id, theirs.Webhook.Type, ours, tampered).Should().Be((WebhookOutcome.Valid, "evt_1", "order.paid", true, false));
    }

    [Theory]
    [InlineData("standardwebhooks")]
    [InlineData("svix")]
    [Guarantee("WebhookSecurity", 1)]
    public async Task Standard_Webhooks_and_Svix(string package)
    {
        using var it = RealTime(WebhookScheme.StandardWebhooks);
        var timestamp = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        var prefix = package == "svix" ? "svix" : "webhook";
        var signature = await peers.SignAsync(package + ".sign", new { body = Body, secret = Secret, id = "msg_1", timestamp });

        var theirs = await it.VerifyAsync(Headers(($"{prefix}-id", "msg_1"), ($"{prefix}-timestamp", $"{timestamp}"), ($"{prefix}-signature", signature)), Body);
        var ours = await peers.VerifyAsync(package + ".verify", new { body = Body, secret = Secret, headers = Sign(it) });
        var tampered = await peers.VerifyAsync(package + ".verify", new { body = Body + " ", secret = Secret, headers = Sign(it) });

        (theirs.Outcome, theirs.Webhook!.Id, theirs.Webhook.Type, ours, tampered).Should().Be((WebhookOutcome.Valid, "msg_1", "order.paid", true, false));
    }

    [Fact]
    [Guarantee("WebhookSecurity", 1)]
    public async Task GitHub()
    {
        using var it = RealTime(WebhookScheme.GitHub);
        var header = await peers.SignAsync("github.sign", new { body = Body, secret = Secret });

        var theirs = await it.VerifyAsync(Headers(("X-Hub-Signature-256", header), ("X-GitHub-Event", "push"), ("X-GitHub-Delivery", "72d3162e")), Body);
        var ours = await peers.VerifyAsync("github.verify", new { body = Body, secret = Secret, header = Sign(it)["X-Hub-Signature-256"] });

        (theirs.Outcome, theirs.Webhook!.Id, theirs.Webhook.IdIsSigned, theirs.Webhook.Type, ours).Should().Be((WebhookOutcome.Valid, "72d3162e", false, "push", true));
    }

    [Theory]
    [InlineData("X-Shopify-Hmac-Sha256", "X-Shopify-")]
    [InlineData("shopify-hmac-sha256", "shopify-")]
    [Guarantee("WebhookSecurity", 1)]
    public async Task Shopify(string signatureHeader, string prefix)
    {
        using var it = RealTime(WebhookScheme.Shopify);
        var signature = await peers.SignAsync("shopify.sign", new { body = Body, secret = Secret });

        var theirs = await it.VerifyAsync(Headers((signatureHeader, signature), (prefix + "Topic", "orders/paid"), (prefix + "Webhook-Id", "b54557e4")), Body);
        var ours = await peers.VerifyAsync("shopify.verify", new
        {
            body = Body,
            secret = Secret,
            headers = new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["X-Shopify-Hmac-Sha256"] = Sign(it)["X-Shopify-Hmac-Sha256"],
                ["X-Shopify-Topic"] = "orders/paid",
                ["X-Shopify-Shop-Domain"] = "shop.example.com",
                ["X-Shopify-API-Version"] = "2025-07",
                ["X-Shopify-Webhook-Id"] = "b54557e4",
            },
        });

        (theirs.Outcome, theirs.Webhook!.Id, theirs.Webhook.Type, ours).Should().Be((WebhookOutcome.Valid, "b54557e4", "orders/paid", true));
    }

    [Theory]
    [InlineData("https://hooks.example.com/sms?tenant=a%20b", "Body=Gr%C3%BC%C3%9Fe+%26+more&From=%2B4930123456&MediaUrl=b&MediaUrl=a&MediaUrl=a&Empty=")]
    [InlineData("https://hooks.example.com:8443/sms", "To=%2B1&to=lower&TO=upper&_=%F0%9F%91%8B&%EF%BF%BD=1")]
    [InlineData("http://hooks.example.com", "")]
    [Guarantee("WebhookSecurity", 1)]
    public async Task Twilio_forms(string url, string form)
    {
        using var it = RealTime(WebhookScheme.Twilio);
        var header = await peers.SignAsync("twilio.sign", new { form, secret = Secret, url });
        var mine = it.Signer.Sign("it", "id", it.Time.GetUtcNow(), Encoding.UTF8.GetBytes(form), url)["X-Twilio-Signature"];

        var theirs = await it.VerifyAsync(Headers(("X-Twilio-Signature", header), ("Content-Type", "application/x-www-form-urlencoded; charset=UTF-8")), form, url);
        var ours = await peers.VerifyAsync("twilio.verify", new { form, secret = Secret, url, header = mine });

        (theirs.Outcome, ours, mine).Should().Be((WebhookOutcome.Valid, true, header));
    }

    [Fact]
    [Guarantee("WebhookSecurity", 1)]
    public async Task Twilio_JSON()
    {
        using var it = RealTime(WebhookScheme.Twilio);
        var url = "https://hooks.example.com/json?bodySHA256=" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Body)));
        var header = await peers.SignAsync("twilio.sign", new { form = (string?)null, secret = Secret, url });
        var mine = it.Signer.Sign("it", "id", it.Time.GetUtcNow(), Encoding.UTF8.GetBytes(Body), url)["X-Twilio-Signature"];

        var theirs = await it.VerifyAsync(Headers(("X-Twilio-Signature", header), ("Content-Type", "application/json")), Body, url);
        var ours = await peers.VerifyAsync("twilio.verifyBody", new { body = Body, secret = Secret, url, header = mine });

        (theirs.Outcome, ours).Should().Be((WebhookOutcome.Valid, true));
    }

    // The packages take the time from the machine.
    private static Verification RealTime(IWebhookScheme scheme)
    {
        var it = new Verification(scheme, Secret);
        it.Time.Advance(TimeProvider.System.GetUtcNow() - it.Time.GetUtcNow());
        return it;
    }

    private static IReadOnlyDictionary<string, string> Sign(Verification it) => it.Sign(Body, "msg_1");

    private static Dictionary<string, string> Headers(params (string Name, string Value)[] headers) =>
        headers.ToDictionary(header => header.Name, header => header.Value, StringComparer.OrdinalIgnoreCase);
}
