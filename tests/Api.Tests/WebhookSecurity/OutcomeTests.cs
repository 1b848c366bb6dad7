using Patterns.WebhookSecurity;

namespace Api.Tests.WebhookSecurity;

public sealed class OutcomeTests
{
    private const string Secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    private const string Body = """{"id":"evt_1","type":"invoice.paid"}""";

    [Fact]
    public async Task A_request_without_signature_is_told_from_one_with_a_bad_one()
    {
        using var it = new Verification(WebhookScheme.Stripe, Secret);
        var header = it.Sign(Body)["Stripe-Signature"];
        var signature = header.Split(',')[1];

        (await it.OutcomeAsync(Body)).Should().Be(WebhookOutcome.MissingSignature);
        (await it.OutcomeAsync(Body, "Stripe-Signature: ")).Should().Be(WebhookOutcome.MissingSignature);
        (await it.OutcomeAsync(Body, $"Stripe-Signature: t={it.Now},v1=")).Should().Be(WebhookOutcome.BadSignature);
        (await it.OutcomeAsync(Body, "Stripe-Signature: " + header[..^1])).Should().Be(WebhookOutcome.BadSignature);
        (await it.OutcomeAsync(Body, $"Stripe-Signature: t={it.Now},v0={signature[3..]}")).Should().Be(WebhookOutcome.BadSignature, "v0 is never accepted");
        (await it.OutcomeAsync(Body, $"Stripe-Signature: t={it.Now},v1={signature[3..].ToUpperInvariant()}")).Should().Be(WebhookOutcome.BadSignature);
    }

    [Theory]
    [InlineData("{sig}")]
    [InlineData("t=,{sig}")]
    [InlineData("t=x,{sig}")]
    [InlineData("t=-1,{sig}")]
    [InlineData("t=+1768478400,{sig}")]
    [InlineData("t= 1768478400,{sig}")]
    [InlineData("t=1768478400.0,{sig}")]
    [InlineData("t=1234567890123,{sig}")]
    [InlineData("t=999999999999,{sig}")]
    [InlineData("t=1768478400,t=1768478400,{sig}")]
    public async Task A_timestamp_that_is_absent_or_no_whole_number_of_at_most_12_digits_is_malformed(string header)
    {
        using var it = new Verification(WebhookScheme.Stripe, Secret);

        (await it.OutcomeAsync(Body, "Stripe-Signature: " + header.Replace("{sig}", it.Sign(Body)["Stripe-Signature"].Split(',')[1], StringComparison.Ordinal)))
            .Should().Be(WebhookOutcome.Malformed);
    }

    [Fact]
    [Guarantee("WebhookSecurity", 3)]
    public async Task Unknown_versions_and_malformed_entries_are_skipped()
    {
        using var stripe = new Verification(WebhookScheme.Stripe, Secret);
        var header = stripe.Sign(Body)["Stripe-Signature"];
        using var standard = new Verification(WebhookScheme.StandardWebhooks, Secret);
        var headers = standard.Sign(Body, "msg_1");

        (await stripe.OutcomeAsync(Body, $"Stripe-Signature: v9=abc,,nonsense,v1=zz,v0=1,{header},v1")).Should().Be(WebhookOutcome.Valid);
        (await standard.OutcomeAsync(
            Body, "webhook-id: msg_1", $"webhook-timestamp: {standard.Now}", $"webhook-signature: v2,abc nocomma  v1, v1a,%% {headers["webhook-signature"]} v1"))
            .Should().Be(WebhookOutcome.Valid);
    }

    [Fact]
    [Guarantee("WebhookSecurity", 3)]
    public async Task Every_one_of_up_to_16_signatures_is_tried_against_every_key_and_more_are_malformed()
    {
        using var it = new Verification(o => o.AddSource("it", WebhookScheme.Stripe, keys => keys.Add("old", "whsec_of_last_year").Add("new", Secret)));
        using var sender = new Verification(WebhookScheme.Stripe, Secret);
        var signature = sender.Sign(Body)["Stripe-Signature"].Split(',')[1];
        var fifteen = string.Concat(Enumerable.Repeat("v1=" + new string('a', 64) + ",", 15));

        var sixteen = await it.VerifyAsync(new Dictionary<string, string>(StringComparer.Ordinal) { ["Stripe-Signature"] = $"t={it.Now},{fifteen}{signature}" }, Body);

        sixteen.Webhook!.KeyId.Should().Be("new");
        (await it.OutcomeAsync(Body, $"Stripe-Signature: t={it.Now},v1={new string('a', 64)},{fifteen}{signature}")).Should().Be(WebhookOutcome.Malformed);
        (await it.OutcomeAsync(Body, $"Stripe-Signature: t={it.Now},{signature},x={new string('a', 8200)}")).Should().Be(WebhookOutcome.Malformed);
    }

    [Fact]
    public async Task Standard_Webhooks_takes_all_three_headers_and_an_id_without_full_stop()
    {
        using var it = new Verification(WebhookScheme.StandardWebhooks, Secret);
        var signature = "webhook-signature: " + it.Sign(Body, "msg_1")["webhook-signature"];
        var time = $"webhook-timestamp: {it.Now}";

        (await it.OutcomeAsync(Body, "webhook-id: msg_1", time)).Should().Be(WebhookOutcome.MissingSignature);
        (await it.OutcomeAsync(Body, signature, time)).Should().Be(WebhookOutcome.Malformed);
        (await it.OutcomeAsync(Body, signature, "webhook-id: msg_1")).Should().Be(WebhookOutcome.Malformed);
        (await it.OutcomeAsync(Body, signature, time, "webhook-id: msg.1")).Should().Be(WebhookOutcome.Malformed);
        (await it.OutcomeAsync(Body, signature, time, "webhook-id: " + new string('a', 256))).Should().Be(WebhookOutcome.Malformed);
        (await it.OutcomeAsync(Body, signature, time, "svix-id: msg_1")).Should().Be(WebhookOutcome.Malformed, "headers of two sets do not mix");
    }

    [Fact]
    public async Task GitHub_s_SHA_1_header_is_ignored()
    {
        using var it = new Verification(WebhookScheme.GitHub, "It's a Secret to Everybody");

        (await it.OutcomeAsync("Hello, World!", "X-Hub-Signature: sha1=01dc10d0c83e72ed246219cdd91669667fe2ca59")).Should().Be(WebhookOutcome.MissingSignature);
    }

    [Theory]
    [InlineData(300, WebhookOutcome.Valid)]
    [InlineData(301, WebhookOutcome.TooOld)]
    [InlineData(-60, WebhookOutcome.Valid)]
    [InlineData(-61, WebhookOutcome.FromFuture)]
    [Guarantee("WebhookSecurity", 4)]
    public async Task Age_and_skew_are_inclusive(int age, WebhookOutcome expected)
    {
        using var it = new Verification(WebhookScheme.Stripe, Secret);
        var headers = it.Signer.Sign("it", "evt_1", it.Time.GetUtcNow().AddSeconds(-age), System.Text.Encoding.UTF8.GetBytes(Body));

        (await it.VerifyAsync(headers, Body)).Outcome.Should().Be(expected);
        it.Time.Advance(TimeSpan.FromMilliseconds(900));
        (await it.VerifyAsync(headers, Body)).Outcome.Should().Be(expected, "timestamps are whole seconds");
    }

    [Fact]
    [Guarantee("WebhookSecurity", 4)]
    public async Task A_retry_of_an_old_event_that_is_signed_afresh_is_accepted()
    {
        const string OldEvent = """{"id":"evt_1","created":1400000000,"type":"invoice.paid"}""";
        using var it = new Verification(WebhookScheme.Stripe, Secret);

        (await it.VerifyAsync(it.Sign(OldEvent), OldEvent)).Outcome.Should().Be(WebhookOutcome.Valid);
    }

    [Fact]
    [Guarantee("WebhookSecurity", 4)]
    public async Task The_clock_is_not_told_to_callers_without_a_key()
    {
        using var it = new Verification(WebhookScheme.Stripe, Secret);
        var signature = new string('0', 64);

        (await it.OutcomeAsync(Body, $"Stripe-Signature: t={it.Now - 100_000},v1={signature}")).Should().Be(WebhookOutcome.BadSignature);
        (await it.OutcomeAsync(Body, $"Stripe-Signature: t={it.Now + 100_000},v1={signature}")).Should().Be(WebhookOutcome.BadSignature);
    }

    [Fact]
    public async Task Freshness_can_be_switched_off()
    {
        using var it = new Verification(o =>
        {
            (o.MaxAge, o.MaxSkew) = (Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            o.AddSource("it", WebhookScheme.Stripe, keys => keys.Add("key", Secret));
        });

        (await it.VerifyAsync(it.Signer.Sign("it", "evt_1", DateTimeOffset.UnixEpoch, System.Text.Encoding.UTF8.GetBytes(Body)), Body)).Outcome.Should().Be(WebhookOutcome.Valid);
        (await it.VerifyAsync(it.Signer.Sign("it", "evt_1", DateTimeOffset.MaxValue, System.Text.Encoding.UTF8.GetBytes(Body)), Body)).Outcome.Should().Be(WebhookOutcome.Valid);
    }

    [Theory]
    [InlineData("")]
    [InlineData("not JSON")]
    [InlineData("[1]")]
    [InlineData("{\"id\":")]
    [InlineData("{\"id\":1,\"type\":null}")]
    [InlineData("{\"id\":\"\\ud800\"}")]
    public async Task A_body_without_a_JSON_id_is_verified_as_bytes(string body)
    {
        using var it = new Verification(WebhookScheme.Stripe, Secret);

        var webhook = (await it.VerifyAsync(it.Sign(body), body)).Webhook!;

        (webhook.Id, webhook.IdIsSigned, webhook.Type).Should().Be((null, false, null));
        webhook.ReplayKey.Should().MatchRegex("^[0-9a-f]{64}:$");
    }

    [Fact]
    public async Task A_body_that_is_not_UTF_8_is_verified_as_bytes()
    {
        using var it = new Verification(WebhookScheme.Stripe, Secret);
        byte[] body = [.. "{\"id\":\""u8, 0xff, 0xfe, .. "\"}"u8];

        var result = await it.VerifyAsync(it.Signer.Sign("it", "x", it.Time.GetUtcNow(), body), body);

        (result.Outcome, result.Webhook!.Id).Should().Be((WebhookOutcome.Valid, null));
    }

    [Fact]
    public async Task A_body_over_the_limit_is_refused_before_it_is_hashed()
    {
        using var it = new Verification(WebhookScheme.Stripe, Secret);
        var body = new string(' ', 1024 * 1024);

        (await it.VerifyAsync(it.Sign(body), body)).Outcome.Should().Be(WebhookOutcome.Valid);
        (await it.VerifyAsync(it.Sign(body + " "), body + " ")).Outcome.Should().Be(WebhookOutcome.BodyTooLarge);
    }

    [Fact]
    public async Task A_call_that_is_wrong_in_code_throws_and_names_what_is_wrong()
    {
        using var it = new Verification(WebhookScheme.Twilio, Secret);
        var request = new WebhookRequest(new Microsoft.AspNetCore.Http.HeaderDictionary(), default, "https://example.com");

        (await it.Invoking(x => x.Verifier.VerifyAsync("nobody", request).AsTask()).Should().ThrowAsync<ArgumentException>()).WithMessage("*'nobody'*AddSource*registered are: it*");
        (await it.Invoking(x => x.Verifier.VerifyAsync("it", request, scope: "").AsTask()).Should().ThrowAsync<ArgumentException>()).WithMessage("*1 to 200*");
        (await it.Invoking(x => x.Verifier.VerifyAsync("it", request, scope: new string('a', 201)).AsTask()).Should().ThrowAsync<ArgumentException>()).WithMessage("*1 to 200*");
        (await it.Invoking(x => x.Verifier.VerifyAsync("it", request with { Url = null }).AsTask()).Should().ThrowAsync<ArgumentException>()).WithMessage("*Url*");
    }
}
