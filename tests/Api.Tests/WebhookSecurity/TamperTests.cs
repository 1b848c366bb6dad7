using System.Security.Cryptography;
using System.Text;
using Patterns.WebhookSecurity;

namespace Api.Tests.WebhookSecurity;

public sealed class TamperTests
{
    private const string Secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    private static readonly string Body = $$"""{"id":"evt_1","type":"invoice.paid","pad":"{{new string('x', 60)}}"}""";

    public static TheoryData<string> Schemes => [.. ByName.Keys];

    private static Dictionary<string, IWebhookScheme> ByName { get; } = new(StringComparer.Ordinal)
    {
        ["Stripe"] = WebhookScheme.Stripe,
        ["StandardWebhooks"] = WebhookScheme.StandardWebhooks,
        ["GitHub"] = WebhookScheme.GitHub,
        ["Shopify"] = WebhookScheme.Shopify,
        ["Slack"] = WebhookScheme.Slack,
        ["Twilio"] = WebhookScheme.Twilio,
        ["Hmac"] = WebhookScheme.Hmac(h => h.Header("X-Sig").Prefix("sha512=").Base64().Sha512().Content("{id}:{timestamp}:{url}:{body}").Id("X-Id").Timestamp("X-Time")),
    };

    [Theory]
    [MemberData(nameof(Schemes))]
    [Guarantee("WebhookSecurity", 2)]
    public async Task No_single_bit_of_what_is_signed_can_be_flipped(string scheme)
    {
        using var it = new Verification(ByName[scheme], Secret);
        var body = Encoding.UTF8.GetBytes(Body);
        var url = "https://hooks.example.com/h?bodySHA256=" + Convert.ToHexStringLower(SHA256.HashData(body));
        var headers = it.Sign(Body, "msg_1", url);
        var signed = headers.Where(header => header.Key is not ("X-GitHub-Delivery" or "X-Shopify-Webhook-Id" or "I-Twilio-Idempotency-Token")).ToList();
        (await it.VerifyAsync(headers, body, url)).Outcome.Should().Be(WebhookOutcome.Valid);

        var flips = 0;
        foreach (var (_, flipped) in Flips(body))
        {
            (await it.VerifyAsync(headers, flipped, url)).Outcome.Should().NotBe(WebhookOutcome.Valid);
            flips++;
        }
        foreach (var (name, value) in signed)
        {
            // As Kestrel does it: a header's bytes are UTF-8, and a request whose headers are not is refused before it gets here.
            foreach (var (at, flipped) in Flips(Encoding.Latin1.GetBytes(value)))
            {
                var changed = new Dictionary<string, string>(headers, StringComparer.OrdinalIgnoreCase) { [name] = Encoding.Latin1.GetString(flipped) };
                (await it.VerifyAsync(changed, body, url)).Outcome.Should().NotBe(WebhookOutcome.Valid, "bit {0} of {1} was flipped", at, name);
                flips++;
            }
        }
        flips.Should().Be(8 * (body.Length + signed.Sum(header => header.Value.Length)));
    }

    [Fact]
    public async Task A_flipped_bit_in_a_Twilio_form_is_refused_or_does_not_change_the_fields()
    {
        const string Form = "Body=Hello%2C+world&From=%2B4930123456&Sid=SM1";
        const string Url = "https://hooks.example.com/sms";
        using var it = new Verification(WebhookScheme.Twilio, Secret);
        var headers = new Dictionary<string, string>(it.Sign(Form, "id", Url), StringComparer.OrdinalIgnoreCase) { ["Content-Type"] = "application/x-www-form-urlencoded" };

        foreach (var (at, flipped) in Flips(Encoding.ASCII.GetBytes(Form)))
        {
            var outcome = (await it.VerifyAsync(headers, flipped, Url)).Outcome;

            // Twilio signs the decoded fields: %2C and %2c are the same comma.
            var same = Encoding.Latin1.GetString(flipped).Equals(Form.Replace("%2C", "%2c", StringComparison.Ordinal), StringComparison.Ordinal)
                || Encoding.Latin1.GetString(flipped).Equals(Form.Replace("%2B", "%2b", StringComparison.Ordinal), StringComparison.Ordinal);
            (outcome == WebhookOutcome.Valid).Should().Be(same, "bit {0} was flipped", at);
        }
    }

    [Theory]
    [MemberData(nameof(Schemes))]
    [Guarantee("WebhookSecurity", 2)]
    public async Task A_right_signature_under_another_scheme_or_key_is_refused(string scheme)
    {
        using var it = new Verification(ByName[scheme], Secret);
        using var otherKey = new Verification(ByName[scheme], "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
        const string Url = "https://hooks.example.com/h";
        var headers = it.Sign(Body, "msg_1", Url);

        var underOtherKey = await otherKey.VerifyAsync(headers, Body, Url);
        underOtherKey.Should().Be(new WebhookVerification(WebhookOutcome.BadSignature, null));
        foreach (var (name, other) in ByName)
        {
            if (name == scheme) continue;
            using var wrong = new Verification(other, Secret);
            (await wrong.VerifyAsync(headers, Body, Url)).Outcome.Should().NotBe(WebhookOutcome.Valid);
        }
    }

    private static IEnumerable<(int Bit, byte[] Bytes)> Flips(byte[] bytes)
    {
        for (var bit = 0; bit < bytes.Length * 8; bit++)
        {
            var flipped = (byte[])bytes.Clone();
            flipped[bit / 8] ^= (byte)(1 << bit % 8);
            yield return (bit, flipped);
        }
    }
}
