using System.Text;
using Patterns.WebhookSecurity;

namespace Api.Tests.WebhookSecurity;

public sealed class SignerTests
{
    private const string First = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    private const string Second = "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

    [Fact]
    [Guarantee("WebhookSecurity", 10)]
    public async Task Every_active_key_signs_where_the_header_takes_several_signatures()
    {
        var start = new FakeTime().GetUtcNow();
        void Keys(WebhookKeyRing keys) => keys.Add("gone", "whsec_BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB", notAfter: start.AddDays(-1)).Add("1", First).Add("2", Second);
        using var standard = new Verification(o => o.AddSource("it", WebhookScheme.StandardWebhooks, Keys));
        using var stripe = new Verification(o => o.AddSource("it", WebhookScheme.Stripe, Keys));
        using var github = new Verification(o => o.AddSource("it", WebhookScheme.GitHub, Keys));

        standard.Sign("{}", "msg_1")["webhook-signature"].Split(' ').Should().HaveCount(2);
        stripe.Sign("{}")["Stripe-Signature"].Split(',').Should().HaveCount(3);
        github.Sign("{}").Keys.Should().BeEquivalentTo("X-Hub-Signature-256", "X-GitHub-Delivery");
        foreach (var secret in new[] { First, Second })
        {
            using var receiver = new Verification(WebhookScheme.StandardWebhooks, secret);
            (await receiver.VerifyAsync(standard.Sign("{}", "msg_1"), "{}")).Outcome.Should().Be(WebhookOutcome.Valid);
        }
    }

    [Fact]
    public void What_cannot_be_signed_is_refused()
    {
        using var it = new Verification(o => o
            .AddSource("it", WebhookScheme.StandardWebhooks, keys => keys.Add("1", First))
            .AddSource("sms", WebhookScheme.Twilio, keys => keys.Add("1", First))
            .AddSource("own", new OwnScheme(), keys => keys.Add("1", First)));
        var (signer, now) = (it.Signer, it.Time.GetUtcNow());

        signer.Invoking(x => x.Sign("nobody", "1", now, default)).Should().Throw<ArgumentException>().WithMessage("*'nobody'*");
        signer.Invoking(x => x.Sign("it", "", now, default)).Should().Throw<ArgumentException>();
        signer.Invoking(x => x.Sign("it", new string('1', 256), now, default)).Should().Throw<ArgumentException>();
        signer.Invoking(x => x.Sign("it", "a.b", now, default)).Should().Throw<ArgumentException>().WithMessage("*'a.b'*");
        signer.Invoking(x => x.Sign("it", "1", DateTimeOffset.UnixEpoch.AddDays(-1), default)).Should().Throw<ArgumentException>().WithMessage("*1970*");
        signer.Invoking(x => x.Sign("sms", "1", now, default)).Should().Throw<ArgumentException>();
        signer.Invoking(x => x.Sign("sms", "1", now, Encoding.UTF8.GetBytes("{}"), "https://x/?bodySHA256=00")).Should().Throw<ArgumentException>().WithMessage("*bodySHA256*");
        signer.Invoking(x => x.Sign("own", "1", now, default)).Should().Throw<NotSupportedException>().WithMessage("*'own'*");
    }

    [Fact]
    [Guarantee("WebhookSecurity", 1)]
    public async Task A_scheme_of_one_s_own_gets_the_active_keys_and_the_verifier_judges_the_age()
    {
        using var it = new Verification(new OwnScheme(), First);

        (await it.OutcomeAsync("hi", "X-Own: hi", $"X-At: {it.Now}")).Should().Be(WebhookOutcome.Valid);
        (await it.OutcomeAsync("hi", "X-Own: hi", $"X-At: {it.Now - 301}")).Should().Be(WebhookOutcome.TooOld);
        (await it.OutcomeAsync("hi", "X-Own: ho", $"X-At: {it.Now}")).Should().Be(WebhookOutcome.BadSignature);
    }

    /// <summary>What an application could write for a provider that nothing describes.</summary>
    private sealed class OwnScheme : IWebhookScheme
    {
        public void CheckKey(WebhookKey key)
        {
        }

        public WebhookOutcome Verify(in WebhookRequest request, ReadOnlySpan<WebhookKey> keys, out WebhookMatch match)
        {
            var sentAt = DateTimeOffset.FromUnixTimeSeconds(long.Parse(request.Headers["X-At"]!, System.Globalization.CultureInfo.InvariantCulture));
            match = new WebhookMatch(keys[0], sentAt, "1", IdIsSigned: true, Type: null, "1");
            return request.Headers["X-Own"] == Encoding.UTF8.GetString(request.Body.Span) ? WebhookOutcome.Valid : WebhookOutcome.BadSignature;
        }
    }
}
