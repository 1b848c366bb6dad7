using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Patterns.WebhookSecurity;

namespace Api.Tests.WebhookSecurity;

public sealed class RotationTests
{
    private const string Old = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    private const string New = "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    private const string Body = """{"id":"evt_1"}""";

    [Fact]
    [Guarantee("WebhookSecurity", 6)]
    public async Task A_key_counts_from_its_first_moment_to_its_last()
    {
        var start = new FakeTime().GetUtcNow();
        using var it = new Verification(o => o.AddSource("it", WebhookScheme.GitHub, keys => keys
            .Add("old", Old, notAfter: start.AddHours(2))
            .Add("new", New, notBefore: start.AddHours(1))));

        (await KeyAsync(it, Old)).Should().Be("old");
        (await KeyAsync(it, New)).Should().BeNull();
        it.Time.Advance(TimeSpan.FromHours(1));
        (await KeyAsync(it, New)).Should().Be("new");
        it.Time.Advance(TimeSpan.FromHours(1));
        (await KeyAsync(it, Old)).Should().Be("old", "the last moment counts");
        it.Time.Advance(TimeSpan.FromMilliseconds(1));
        (await KeyAsync(it, Old)).Should().BeNull();
    }

    [Fact]
    [Guarantee("WebhookSecurity", 6)]
    public async Task A_key_that_ends_within_a_day_and_is_still_used_is_logged_once_an_hour()
    {
        const int KeyEndsSoon = 4;
        var start = new FakeTime().GetUtcNow();
        using var it = new Verification(o => o.AddSource("it", WebhookScheme.GitHub, keys => keys.Add("old", Old, notAfter: start.AddHours(25)).Add("new", New)));

        await KeyAsync(it, Old);
        it.Logs.Count(KeyEndsSoon).Should().Be(0, "there are more than 24 hours left");
        it.Time.Advance(TimeSpan.FromHours(1));
        for (var i = 0; i < 3; i++) await KeyAsync(it, Old);
        await KeyAsync(it, New);
        it.Logs.Count(KeyEndsSoon).Should().Be(1);
        it.Time.Advance(TimeSpan.FromHours(1));
        await KeyAsync(it, Old);

        it.Logs.Count(KeyEndsSoon).Should().Be(2);
        it.Logs.Entries.Should().OnlyContain(entry => entry.Id != KeyEndsSoon || entry.Text.Contains("old", StringComparison.Ordinal));
    }

    [Fact]
    [Guarantee("WebhookSecurity", 6)]
    public async Task While_a_secret_is_rotated_64_callers_see_no_refusal()
    {
        var store = new KeyStore();
        store.Put("acme", new WebhookKey("old", Old));
        using var it = new Verification(
            o => o.AddSource("it", WebhookScheme.GitHub, keysFrom: typeof(KeyStore)), services => services.AddSingleton(store));
        using var oldSender = new Verification(WebhookScheme.GitHub, Old);
        using var newSender = new Verification(WebhookScheme.GitHub, New);
        var rotated = false;
        var refused = 0;
        var verified = 0;

        var callers = Enumerable.Range(0, 64).Select(caller => Task.Run(async () =>
        {
            for (var i = 0; i < 40; i++)
            {
                // The provider changes over when the operator tells it to, which is after the store has the new key.
                var sender = Volatile.Read(ref rotated) ? newSender : oldSender;
                var result = await it.VerifyAsync(sender.Sign(Body), Body, scope: "acme");
                if (result.Outcome == WebhookOutcome.Valid) Interlocked.Increment(ref verified);
                else Interlocked.Increment(ref refused);
                if (caller == 0 && i == 10)
                {
                    store.Put("acme", new WebhookKey("new", New), new WebhookKey("old", Old));
                    it.Time.Advance(TimeSpan.FromSeconds(6));
                    Volatile.Write(ref rotated, true);
                }
            }
        }));
        await Task.WhenAll(callers);

        (verified, refused).Should().Be((64 * 40, 0));
        store.Calls.Should().BeLessThanOrEqualTo(2, "64 callers share one look-up");
    }

    private static async Task<string?> KeyAsync(Verification it, string secret)
    {
        using var sender = new Verification(WebhookScheme.GitHub, secret);
        return (await it.VerifyAsync(sender.Signer.Sign("it", "1", default, Encoding.UTF8.GetBytes(Body)), Body)).Webhook?.KeyId;
    }
}
