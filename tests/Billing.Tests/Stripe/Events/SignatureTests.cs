using System.Text;
using Patterns.Stripe;

namespace Billing.Tests.Stripe.Events;

public sealed class SignatureTests(Peers peers)
{
    private static readonly string Json = Webhook.Snapshot("""{"id":"sub_1","object":"subscription","description":"Grüße, 世界 👋"}""");

    [Fact, Guarantee("Stripe", 7)]
    public async Task What_the_official_SDK_signs_is_verified_and_what_is_signed_here_it_accepts()
    {
        var now = TimeProvider.System.GetUtcNow(); // the SDK takes the time from the machine
        var theirs = await peers.SignAsync("stripe.sign", new { body = Json, secret = Webhook.Secret, timestamp = now.ToUnixTimeSeconds() });
        var ours = Webhook.Sign(Json, at: now);

        StripeEvents.Parse(Encoding.UTF8.GetBytes(Json), theirs, [Webhook.Secret], now).Outcome.Should().Be(StripeEventOutcome.Verified);
        (await peers.VerifyAsync("stripe.verify", new { body = Json, secret = Webhook.Secret, header = ours })).Should().BeTrue();
        (await peers.VerifyAsync("stripe.verify", new { body = Json + " ", secret = Webhook.Secret, header = ours })).Should().BeFalse();
    }

    [Fact, Guarantee("Stripe", 7)]
    public void One_changed_byte_of_the_body_refuses_it()
    {
        var payload = Encoding.UTF8.GetBytes(Json);
        var header = Webhook.Sign(Json);
        for (var i = 0; i < payload.Length; i++)
        {
            foreach (var bit in new byte[] { 0x01, 0x20, 0x80 })
            {
                payload[i] ^= bit;
                StripeEvents.Parse(payload, header, [Webhook.Secret], Webhook.Now).Outcome.Should().Be(StripeEventOutcome.BadSignature, $"bit {bit} of byte {i} is another");
                payload[i] ^= bit;
            }

            StripeEvents.Parse(payload.AsSpan(0, i), header, [Webhook.Secret], Webhook.Now).Outcome.Should().Be(StripeEventOutcome.BadSignature, $"the body ends after {i} bytes");
        }
    }

    [Fact, Guarantee("Stripe", 7)]
    public void One_changed_character_of_the_header_refuses_it()
    {
        var header = Webhook.Sign(Json);
        for (var i = 0; i < header.Length; i++)
        {
            foreach (var other in new[] { (char)(header[i] ^ 1), (char)(header[i] ^ 0x20), '0', 'a', ' ', ',', '=', '\u0663' }.Where(other => other != header[i]))
            {
                Webhook.Outcome(Json, header[..i] + other + header[(i + 1)..], Webhook.Secret).Should().NotBe(StripeEventOutcome.Verified, $"character {i} is '{other}'");
            }

            Webhook.Outcome(Json, header[..i], Webhook.Secret).Should().NotBe(StripeEventOutcome.Verified, $"the header ends after {i} characters");
            Webhook.Outcome(Json, header.Remove(i, 1), Webhook.Secret).Should().NotBe(StripeEventOutcome.Verified, $"character {i} is missing");
        }
    }

    [Fact, Guarantee("Stripe", 7)]
    public void The_signature_of_another_secret_is_bad()
    {
        Webhook.Outcome(Json, Webhook.Sign(Json, "whsec_of_another_endpoint"), Webhook.Secret).Should().Be(StripeEventOutcome.BadSignature);
    }

    [Fact, Guarantee("Stripe", 7)]
    public void Any_of_several_secrets_verifies_while_one_is_rotated()
    {
        Webhook.Outcome(Json, Webhook.Sign(Json, "whsec_old"), "whsec_new", "whsec_old").Should().Be(StripeEventOutcome.Verified);
        Webhook.Outcome(Json, Webhook.Sign(Json, "whsec_new"), "whsec_new", "whsec_old").Should().Be(StripeEventOutcome.Verified);
        Webhook.Outcome(Json, Webhook.Sign(Json, "whsec_older"), "whsec_new", "whsec_old").Should().Be(StripeEventOutcome.BadSignature);
    }

    [Fact, Guarantee("Stripe", 7)]
    public void One_right_v1_among_wrong_ones_verifies_and_several_wrong_ones_do_not()
    {
        var (time, right) = (Webhook.Sign(Json).Split(',')[0], Webhook.Sign(Json).Split(',')[1]);
        var wrong = Webhook.Sign(Json, "whsec_of_another_endpoint").Split(',')[1];

        foreach (var header in new[] { $"{time},{wrong},{right}", $"{time},{right},{wrong}", $"{right},{time}", $"{time},v1=,v1=zz,{right}", $"{time},v0=abc,{right}", $"{time},{right},{right}" })
        {
            Webhook.Outcome(Json, header, Webhook.Secret).Should().Be(StripeEventOutcome.Verified, header);
        }

        foreach (var header in new[] { $"{time},{wrong},{wrong}", $"{time},{wrong}", $"{time},{right}0", $"{time},{right.ToUpperInvariant().Replace("V1", "v1", StringComparison.Ordinal)}" })
        {
            Webhook.Outcome(Json, header, Webhook.Secret).Should().Be(StripeEventOutcome.BadSignature, header);
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("t=1795000000")]
    [InlineData("v1=0000")]
    [InlineData("t=,v1=0000")]
    [InlineData("t=-1,v1=0000")]
    [InlineData("t= 1795000000,v1=0000")]
    [InlineData("t=1795000000,t=1795000000,v1=0000")]
    [InlineData("t=1234567890123,v1=0000")]
    [InlineData("t=1795000000,v0=0000")]
    [InlineData("Bearer abc")]
    public void A_header_without_one_time_and_a_signature_is_malformed(string? header)
    {
        Webhook.Outcome(Json, header, Webhook.Secret).Should().Be(StripeEventOutcome.Malformed);
    }

    [Theory]
    [InlineData(0, 300, StripeEventOutcome.Verified)]
    [InlineData(300, 300, StripeEventOutcome.Verified)]
    [InlineData(301, 300, StripeEventOutcome.TooOld)]
    [InlineData(1, 0, StripeEventOutcome.TooOld)]
    [InlineData(86_400, -1, StripeEventOutcome.Verified)]
    [InlineData(-86_400, 300, StripeEventOutcome.Verified)]
    [Guarantee("Stripe", 7)]
    public void Age_is_that_of_the_signed_attempt(int age, int tolerance, StripeEventOutcome outcome)
    {
        var allowed = tolerance < 0 ? Timeout.InfiniteTimeSpan : TimeSpan.FromSeconds(tolerance);

        StripeEvents.Parse(Encoding.UTF8.GetBytes(Json), Webhook.Sign(Json, at: Webhook.Now.AddSeconds(-age)), [Webhook.Secret], Webhook.Now, allowed).Outcome.Should().Be(outcome);
    }

    [Fact]
    public void An_event_of_three_days_ago_is_verified_when_the_attempt_is_signed_now()
    {
        var json = Webhook.Snapshot("{}", created: Webhook.Now.AddDays(-3).ToUnixTimeSeconds());

        var result = Webhook.Deliver(json);

        (result.Outcome, result.Event!.Created).Should().Be((StripeEventOutcome.Verified, Webhook.Now.AddDays(-3)));
    }

    [Fact]
    public void A_stranger_learns_nothing_about_the_clock()
    {
        Webhook.Outcome(Json, Webhook.Sign(Json, "whsec_of_a_stranger", Webhook.Now.AddDays(-1)), Webhook.Secret).Should().Be(StripeEventOutcome.BadSignature);
    }

    [Fact]
    public void Secrets_that_would_let_everybody_in_are_refused()
    {
        FluentActions.Invoking(() => Webhook.Outcome(Json, Webhook.Sign(Json))).Should().Throw<ArgumentException>().WithMessage("*whsec_*").WithParameterName("secrets");
        FluentActions.Invoking(() => Webhook.Outcome(Json, Webhook.Sign(Json), "")).Should().Throw<ArgumentException>().WithMessage("*empty*");
        FluentActions.Invoking(() => StripeEvents.Parse([], "", [Webhook.Secret], Webhook.Now, TimeSpan.FromSeconds(-2))).Should().Throw<ArgumentOutOfRangeException>().WithMessage("*-00:00:02*");
    }

    [Fact]
    public void Secrets_are_used_by_many_threads_at_once()
    {
        var secrets = Enumerable.Range(0, 80).Select(i => $"whsec_of_thread_{i:D3}").ToArray();
        var headers = secrets.Select(secret => Webhook.Sign(Json, secret)).ToArray();

        var outcomes = Enumerable.Range(0, 64 * 80).AsParallel().WithDegreeOfParallelism(64).Select(i => Webhook.Outcome(Json, headers[i % 80], secrets[i % 80])).ToList();

        outcomes.Should().OnlyContain(outcome => outcome == StripeEventOutcome.Verified);
    }
}
