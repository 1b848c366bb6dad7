using System.Security.Cryptography;
using System.Text;
using Patterns.WebhookSecurity;

namespace Api.Tests.WebhookSecurity;

public sealed class HmacTemplateTests
{
    private const string Secret = "0123456789abcdef0123456789abcdef";
    private static readonly byte[] Key = Encoding.UTF8.GetBytes(Secret);

    [Fact]
    [Guarantee("WebhookSecurity", 1)]
    public async Task A_template_says_what_is_signed_and_how_it_is_written()
    {
        var scheme = WebhookScheme.Hmac(h => h.Header("X-Acme-Signature").Prefix("sha256=").Hex().Sha256().Content("{timestamp}.{body}").Timestamp("X-Acme-Time").Id("X-Acme-Id").Type("X-Acme-Event"));
        using var it = new Verification(scheme, Secret);
        var signature = Convert.ToHexStringLower(HMACSHA256.HashData(Key, Encoding.UTF8.GetBytes($"{it.Now}.hello")));

        var webhook = (await it.VerifyAsync(
            new Dictionary<string, string>(StringComparer.Ordinal) { ["X-Acme-Signature"] = "sha256=" + signature, ["X-Acme-Time"] = $"{it.Now}", ["X-Acme-Id"] = "7", ["X-Acme-Event"] = "paid" },
            "hello")).Webhook!;

        (webhook.Id, webhook.IdIsSigned, webhook.Type, webhook.Timestamp).Should().Be(("7", false, "paid", it.Time.GetUtcNow()));
        webhook.ReplayKey.Should().Be(Convert.ToHexStringLower(SHA256.HashData(".hello"u8)) + ":paid");
    }

    [Fact]
    [Guarantee("WebhookSecurity", 1)]
    public async Task All_algorithms_encodings_and_placeholders_serve()
    {
        const string Url = "https://hooks.example.com/h?x=1";
        using var it = new Verification(
            WebhookScheme.Hmac(h => h.Header("X-Sig").Base64().Sha512().Content("{id}|{timestamp}|{url}|{body}|end").Id("X-Id").Timestamp("X-Time")), Secret);
        using var sha1 = new Verification(WebhookScheme.Hmac(h => h.Header("X-Sig").Sha1()), Secret);
        var signature = Convert.ToBase64String(HMACSHA512.HashData(Key, Encoding.UTF8.GetBytes($"é7|{it.Now}|{Url}|hello|end")));
#pragma warning disable CA5350 // The algorithm under test.
        var old = Convert.ToHexStringLower(HMACSHA1.HashData(Key, "hello"u8));
#pragma warning restore CA5350

        var result = await it.VerifyAsync(new Dictionary<string, string>(StringComparer.Ordinal) { ["X-Sig"] = signature, ["X-Id"] = "é7", ["X-Time"] = $"{it.Now}" }, "hello", Url);

        (result.Webhook!.IdIsSigned, result.Webhook.ReplayKey).Should().Be((true, "é7"));
        (await sha1.OutcomeAsync("hello", "X-Sig: " + old)).Should().Be(WebhookOutcome.Valid);
    }

    [Fact]
    [Guarantee("WebhookSecurity", 2)]
    public async Task A_captured_request_cannot_be_cut_elsewhere()
    {
        using var separated = new Verification(WebhookScheme.Hmac(h => h.Header("X-Sig").Content("{id}:{body}").Id("X-Id")), Secret);
        using var adjoining = new Verification(WebhookScheme.Hmac(h => h.Header("X-Sig").Content("{timestamp}{body}").Timestamp("X-Time")), Secret);
        var ab = separated.Sign("b:c", "a")["X-Sig"];
        var digits = adjoining.Sign("{}")["X-Sig"];

        (await separated.OutcomeAsync("b:c", "X-Sig: " + ab, "X-Id: a")).Should().Be(WebhookOutcome.Valid);
        (await separated.OutcomeAsync("c", "X-Sig: " + ab, "X-Id: a:b")).Should().Be(WebhookOutcome.Malformed);
        (await adjoining.OutcomeAsync("{}", "X-Sig: " + digits, $"X-Time: {adjoining.Now}")).Should().Be(WebhookOutcome.Valid);
        (await adjoining.OutcomeAsync($"{adjoining.Now % 10}{{}}", "X-Sig: " + digits, $"X-Time: {adjoining.Now / 10}")).Should().Be(WebhookOutcome.Malformed);
    }

    [Theory]
    [InlineData("{timestamp}", "no {body}")]
    [InlineData("{body}{body}", "twice")]
    [InlineData("{body}{stamp}", "'{stamp}'")]
    [InlineData("{id}{body}", "between {id}")]
    [InlineData("{body}{id}", "between {id}")]
    [InlineData("{body", "'{body'")]
    public void A_template_that_leaves_open_what_is_signed_is_refused(string template, string why) =>
        FluentActions.Invoking(() => WebhookScheme.Hmac(h => h.Header("X-Sig").Id("X-Id").Timestamp("X-Time").Content(template))).Should().Throw<ArgumentException>().WithMessage($"*{why}*");

    [Fact]
    public void A_description_with_parts_missing_is_refused()
    {
        FluentActions.Invoking(() => WebhookScheme.Hmac(h => h.Hex())).Should().Throw<ArgumentException>().WithMessage("*Header(name)*");
        FluentActions.Invoking(() => WebhookScheme.Hmac(h => h.Header("X").Timestamp("X-Time"))).Should().Throw<ArgumentException>().WithMessage("*{timestamp}*");
        FluentActions.Invoking(() => WebhookScheme.Hmac(h => h.Header("X").Content("{timestamp}.{body}"))).Should().Throw<ArgumentException>().WithMessage("*Timestamp(header)*");
        FluentActions.Invoking(() => WebhookScheme.Hmac(h => h.Header("X").Content("{id}.{body}"))).Should().Throw<ArgumentException>().WithMessage("*Id(header)*");
        FluentActions.Invoking(() => WebhookScheme.Hmac(h => h.Header("X").Prefix(new string('p', 65)))).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => WebhookScheme.Hmac(h => h.Header("X").MaxBodyBytes(0))).Should().Throw<ArgumentException>();
    }
}
