using System.Security.Cryptography;
using System.Text;
using Patterns.WebhookSecurity;

namespace Api.Tests.WebhookSecurity;

public sealed class IdentityTests
{
    private const string Secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    [Theory]
    [InlineData("""{"id":"evt_1","data":{"object":{"id":"in_1","type":"x"}},"type":"invoice.paid"}""", "evt_1", "invoice.paid")]
    [InlineData("""{ "type" : "a" , "nested" : [ {"id":"no"}, "}" , "\"]" , [[]] ], "id" : "evt_\u0031\n" }""", "evt_1\n", "a")]
    [InlineData("""{"data":"\\\\\"{[","id":"evt_2","n":-1.5e3,"t":true,"z":null,"type":"b"}""", "evt_2", "b")]
    public async Task Stripe_s_id_and_type_are_the_event_s(string body, string id, string type)
    {
        using var it = new Verification(WebhookScheme.Stripe, Secret);

        var webhook = (await it.VerifyAsync(it.Sign(body), body)).Webhook!;

        (webhook.Id, webhook.IdIsSigned, webhook.Type, webhook.ReplayKey).Should().Be((id, true, type, id));
    }

    [Fact]
    public async Task The_id_and_type_are_found_behind_values_of_every_length()
    {
        using var it = new Verification(WebhookScheme.Stripe, Secret);
        for (var length = 0; length < 200; length++)
        {
            // Quotes, backslashes and brackets wander over every place in a block of 64 bytes.
            var body = $$"""{"data":{"a":"{{new string('x', length)}}\\\"]}","b":[{"c":"{"},{{new string(' ', length % 7)}}"\\"]},"id":"evt_{{length}}","x":{},"type":"t"}""";

            var webhook = (await it.VerifyAsync(it.Sign(body), body)).Webhook!;

            (webhook.Id, webhook.Type).Should().Be(($"evt_{length}", "t"));
        }
    }

    [Fact]
    public async Task Slack_s_type_is_that_of_the_inner_event()
    {
        using var it = new Verification(WebhookScheme.Slack, Secret);
        const string Body = """{"token":"t","event":{"type":"app_mention","text":"hi"},"type":"event_callback","event_id":"Ev08MFMKH6"}""";
        const string Command = "command=%2Fdeploy&text=now";

        var mention = (await it.VerifyAsync(it.Sign(Body), Body)).Webhook!;
        var command = (await it.VerifyAsync(it.Sign(Command), Command)).Webhook!;

        (mention.Id, mention.IdIsSigned, mention.Type, mention.ReplayKey).Should().Be(("Ev08MFMKH6", true, "app_mention", "Ev08MFMKH6"));
        (command.Id, command.Type).Should().Be((null, null));
    }

    [Fact]
    [Guarantee("WebhookSecurity", 8)]
    public async Task The_replay_key_outlives_a_changed_delivery_id_and_a_later_attempt()
    {
        using var github = new Verification(WebhookScheme.GitHub, Secret);
        var first = await ReplayKeyAsync(github, "X-GitHub-Event: push", "X-GitHub-Delivery: 1");
        var replayed = await ReplayKeyAsync(github, "X-GitHub-Event: push", "X-GitHub-Delivery: 2");
        var underOtherType = await ReplayKeyAsync(github, "X-GitHub-Event: fork", "X-GitHub-Delivery: 1");

        using var slack = new Verification(WebhookScheme.Slack, Secret);
        var attempt = await ReplayKeyAsync(slack);
        slack.Time.Advance(TimeSpan.FromMinutes(10));
        var retry = await ReplayKeyAsync(slack);

        first.Should().Be(Convert.ToHexStringLower(SHA256.HashData("a=b"u8)) + ":push").And.Be(replayed).And.NotBe(underOtherType);
        retry.Should().Be(attempt);
    }

    [Fact]
    [Guarantee("WebhookSecurity", 8)]
    public async Task The_replay_key_of_Twilio_does_not_depend_on_the_port_or_the_order_of_the_fields()
    {
        using var it = new Verification(WebhookScheme.Twilio, Secret);
        var signature = it.Sign("a=1&b=2", "id", "https://example.com/h")["X-Twilio-Signature"];

        var keys = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (url, form, token) in new[] { ("https://example.com/h", "a=1&b=2", "1"), ("https://example.com:443/h", "b=2&a=1", "2"), ("https://example.com/h#x", "b=%32&a=1&a=1", "3") })
        {
            var headers = new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["X-Twilio-Signature"] = signature,
                ["Content-Type"] = "application/x-www-form-urlencoded",
                ["I-Twilio-Idempotency-Token"] = token,
            };
            keys.Add((await it.VerifyAsync(headers, form, url)).Webhook!.ReplayKey);
        }

        keys.Should().ContainSingle();
    }

    private static async Task<string> ReplayKeyAsync(Verification it, params string[] headers)
    {
        var all = new Dictionary<string, string>(it.Sign("a=b"), StringComparer.OrdinalIgnoreCase);
        foreach (var header in headers) all[header.Split(": ")[0]] = header.Split(": ")[1];
        return (await it.VerifyAsync(all, Encoding.UTF8.GetBytes("a=b"))).Webhook!.ReplayKey;
    }
}
