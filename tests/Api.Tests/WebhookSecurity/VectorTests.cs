using Microsoft.Extensions.DependencyInjection;
using Patterns.WebhookSecurity;

namespace Api.Tests.WebhookSecurity;

/// <summary>The examples that the providers publish, in their documentation or in their SDKs' own tests.</summary>
public sealed class VectorTests
{
    private const string TwilioUrl = "https://mycompany.com/myapp.php?foo=1&bar=2";
    private const string TwilioForm = "Digits=1234&CallSid=CA1234567890ABCDE&From=%2B14158675309&Caller=%2B14158675309&To=%2B18005551212";
    private const string TwilioJson = """{"property": "value", "boolean": true}""";
    private const string TwilioDigest = "0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620";

    [Fact]
    [Guarantee("WebhookSecurity", 1)]
    public async Task GitHub_s_documented_pair_is_accepted()
    {
        using var it = new Verification(WebhookScheme.GitHub, "It's a Secret to Everybody");

        var outcome = await it.OutcomeAsync("Hello, World!", "X-Hub-Signature-256: sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17");

        outcome.Should().Be(WebhookOutcome.Valid);
    }

    [Fact]
    [Guarantee("WebhookSecurity", 1)]
    public async Task Slack_s_documented_request_is_accepted()
    {
        const string Body = "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner"
            + "&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN"
            + "&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c";
        using var it = At(1531420618, WebhookScheme.Slack, "8f742231b10e8888abcd99yyyzzz85a5");

        var outcome = await OutcomeAsync(
            it, Body, null, ("X-Slack-Signature", "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"), ("X-Slack-Request-Timestamp", "1531420618"));

        outcome.Should().Be(WebhookOutcome.Valid);
    }

    [Theory]
    [InlineData("webhook")]
    [InlineData("svix")]
    [Guarantee("WebhookSecurity", 1)]
    public async Task The_example_of_Standard_Webhooks_is_accepted_under_both_names(string prefix)
    {
        using var it = At(1614265330, WebhookScheme.StandardWebhooks, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");

        var outcome = await OutcomeAsync(
            it, """{"test": 2432232314}""", null,
            ($"{prefix}-id", "msg_p5jXN8AQM9LWM0D4loKWxJek"), ($"{prefix}-timestamp", "1614265330"), ($"{prefix}-signature", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="));

        outcome.Should().Be(WebhookOutcome.Valid);
    }

    [Theory]
    [InlineData("RSOYDt4T1cUTdK1PDd93/VVr8B8=", TwilioUrl, TwilioForm)]
    [InlineData("RSOYDt4T1cUTdK1PDd93/VVr8B8=", TwilioUrl + "#fragment", TwilioForm)]
    [InlineData("g9IN/x4Cft2g517EjYvEvM/W7LU=", "https://MyCompany.com/myapp.php?foo=1&bar=2", TwilioForm)]
    [InlineData("PCqOZm8cnu/L6+u5i5fuEd+Iac4=", "https://MyCompany.com:1234/myapp.php?foo=1&bar=2", TwilioForm)]
    [InlineData("XY7AlKOKL6im4yWyX84gldUrtis=", "http://MyCompany.com/myapp.php?foo=1&bar=2", TwilioForm)]
    [InlineData("PJ08CxXr7KLPjEQCTc8LkUSMwSM=", "http://username:password@MyCompany.com/myapp.php?foo=1&bar=2", TwilioForm)]
    [InlineData("hy/l8pca+LFms4cvRdv8uiP6NGc=", "HTTP://username:password@MyCompany.com/myapp.php?foo=1&bar=2", TwilioForm)]
    [InlineData("RSOYDt4T1cUTdK1PDd93/VVr8B8=", "https://mycompany.com:1234/myapp.php?foo=1&bar=2", TwilioForm)]
    [InlineData("kvajT1Ptam85bY51eRf/AJRuM3w=", TwilioUrl, TwilioForm)]
    [InlineData("0ZXoZLH/DfblKGATFgpif+LLRf4=", "http://mycompany.com/myapp.php?foo=1&bar=2", TwilioForm)]
    [InlineData("CYn1h0gLBdNxDGkKJg6hYohgeD8=", "https://mycompany.com:1234/myapp.php?foo=1&bar=2", TwilioForm)]
    [InlineData("Zmvh+3yNM1Phv2jhDCwEM3q5ebU=", "http://mycompany.com:1234/myapp.php?foo=1&bar=2", TwilioForm)]
    [InlineData("CukzLTc1tT5dXEDIHm/tKBanW10=", "https://user:pass@mycompany.com/myapp.php?foo=1&bar=2", TwilioForm)]
    [InlineData("ZQFR1PTIZXF2MXB8ZnKCvnnA+rI=", "https://user:pass@mycompany.com/myapp.php?foo=1&bar=2", TwilioForm)]
    [InlineData("IK+Dwps556ElfBT0I3Rgjkr1wJU=", TwilioUrl, "Sid=CA123&SidAccount=AC123&Digits=5678&Digits=1234&Digits=1234")]
    [InlineData("a9nBmqA0ju/hNViExpshrM61xv4=", TwilioUrl + "&bodySHA256=" + TwilioDigest, TwilioJson)]
    [InlineData("y77kIzt2vzLz71DgmJGsen2scGs=", "https://mycompany.com/myapp.php?bodySHA256=" + TwilioDigest, TwilioJson)]
    [Guarantee("WebhookSecurity", 1)]
    public async Task Twilio_s_table_is_accepted(string signature, string url, string body)
    {
        using var it = new Verification(WebhookScheme.Twilio, "12345");

        var outcome = await OutcomeAsync(it, body, url, ("X-Twilio-Signature", signature), ("Content-Type", body == TwilioJson ? "application/json" : "application/x-www-form-urlencoded"));

        outcome.Should().Be(WebhookOutcome.Valid);
    }

    [Theory]
    [InlineData("RSOYDt4T1cUTdK1PDd93/VVr8B8=", "https://MyCompany.com/myapp.php?foo=1&bar=2", TwilioForm)]
    [InlineData("RSOYDt4T1cUTdK1PDd93/VVr8B8=", "http://MyCompany.com/myapp.php?foo=1&bar=2", TwilioForm)]
    [InlineData("NOTRSOYDt4T1cUTdK1PDd93/VVr8B8=", TwilioUrl, TwilioForm)]
    [InlineData("RSOYDt4T1cUTdK1PDd93/VVr8B8=", TwilioUrl, TwilioJson)]
    [InlineData("a9nBmqA0ju/hNViExpshrM61xv4=", TwilioUrl + "&bodySHA256=" + TwilioDigest, """{"property": "value", "boolean": false}""")]
    public async Task Twilio_s_table_of_refusals_is_refused(string signature, string url, string body)
    {
        using var it = new Verification(WebhookScheme.Twilio, "12345");

        var outcome = await OutcomeAsync(it, body, url, ("X-Twilio-Signature", signature), ("Content-Type", body == TwilioForm ? "application/x-www-form-urlencoded" : "application/json"));

        outcome.Should().Be(WebhookOutcome.BadSignature);
    }

    [Fact]
    [Guarantee("WebhookSecurity", 1)]
    public async Task The_fixture_of_Stripe_s_SDK_is_accepted()
    {
        using var it = At(1700000000, WebhookScheme.Stripe, "whsec_test_secret");

        var outcome = await OutcomeAsync(it, "{}", null, ("Stripe-Signature", "t=1700000000,v1=ceb8863f7208fa249a6cd8f951e993c7563412aca65866f6272283debe143ab3"));

        outcome.Should().Be(WebhookOutcome.Valid);
    }

    private static Verification At(long seconds, IWebhookScheme scheme, string secret) => new(
        o => o.AddSource("it", scheme, keys => keys.Add("key", secret)),
        services => services.AddSingleton<TimeProvider>(new FakeTime(DateTimeOffset.FromUnixTimeSeconds(seconds))));

    private static async Task<WebhookOutcome> OutcomeAsync(Verification it, string body, string? url, params (string Name, string Value)[] headers) =>
        (await it.VerifyAsync(headers.ToDictionary(header => header.Name, header => header.Value, StringComparer.OrdinalIgnoreCase), body, url)).Outcome;
}
