using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Patterns.WebhookSecurity;

namespace Api.Tests.WebhookSecurity;

public sealed class OptionsTests
{
    private const string Secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    public static TheoryData<string, Action<WebhookSecurityOptions>> Refused => new()
    {
        { "*MaxAge is 00:00:00*Timeout.InfiniteTimeSpan*", o => o.MaxAge = TimeSpan.Zero },
        { "*MaxSkew is 00:00:00*Timeout.InfiniteTimeSpan*", o => o.MaxSkew = TimeSpan.Zero },
        { "*KeyTimeout is 00:00:00*", o => o.KeyTimeout = TimeSpan.Zero },
        { "*MaxBodyBytes is 0*", o => o.MaxBodyBytes = 0 },
        { "*PublicBaseUrl is 'https://x/?q'*", o => o.PublicBaseUrl = new Uri("https://x/?q") },
        { "*PublicBaseUrl is 'ftp://x/'*", o => o.PublicBaseUrl = new Uri("ftp://x/") },
        { "*StatusCodes?TooOld? is 99*", o => o.StatusCodes[WebhookOutcome.TooOld] = 99 },
        { "*StatusCodes?Malformed? is missing*", o => o.StatusCodes.Remove(WebhookOutcome.Malformed) },
        { "*StatusCodes?Valid? is 200*", o => o.StatusCodes[WebhookOutcome.Valid] = 200 },
        { "*AddSource(\"s\") has no key*keys.Add*", o => o.AddSource("s", WebhookScheme.Stripe, _ => { }) },
        { "*AddSource(\"s\"): key 'k'*16 bytes*AllowShortSecrets*", o => o.AddSource("s", WebhookScheme.Stripe, keys => keys.Add("k", "0123456789abcde")) },
        { "*key 'k'*whsec_ or whpk_*", o => o.AddSource("s", WebhookScheme.StandardWebhooks, keys => keys.Add("k", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")) },
        { "*key 'k'*24 to 64*", o => o.AddSource("s", WebhookScheme.StandardWebhooks, keys => keys.Add("k", "whsec_" + Convert.ToBase64String(new byte[23]))) },
        { "*key 'k'*24 to 64*", o => o.AddSource("s", WebhookScheme.StandardWebhooks, keys => keys.Add("k", "whsec_" + Convert.ToBase64String(new byte[65]))) },
        { "*key 'k'*24 to 64*", o => o.AddSource("s", WebhookScheme.StandardWebhooks, keys => keys.Add("k", "whsec_%%%%%%%%%%%%%%%%%%%%%%%%")) },
        { "*key 'k'*32 bytes*", o => o.AddSource("s", WebhookScheme.StandardWebhooks, keys => keys.Add("k", "whpk_" + Convert.ToBase64String(new byte[31]))) },
    };

    [Theory]
    [MemberData(nameof(Refused), DisableDiscoveryEnumeration = true)]
    [Guarantee("WebhookSecurity", 9)]
    public async Task Options_that_cannot_work_keep_the_application_from_starting(string message, Action<WebhookSecurityOptions> configure)
    {
        var start = () => WebhookApp.StartAsync(configure, _ => { });

        (await start.Should().ThrowAsync<OptionsValidationException>()).WithMessage(message);
    }

    [Fact]
    public void What_cannot_be_added_is_refused_at_once()
    {
        var o = new WebhookSecurityOptions();

        o.Invoking(x => x.AddSource("", WebhookScheme.Stripe, keys => keys.Add("k", Secret))).Should().Throw<ArgumentException>();
        o.Invoking(x => x.AddSource(new string('s', 101), WebhookScheme.Stripe, keys => keys.Add("k", Secret))).Should().Throw<ArgumentException>();
        o.Invoking(x => x.AddSource("s", WebhookScheme.Stripe, typeof(string))).Should().Throw<ArgumentException>().WithMessage("*'s'*IWebhookKeySource*");
        o.Invoking(x => x.AddSource("s", WebhookScheme.Stripe, keys => keys.Add("k", null!))).Should().Throw<ArgumentException>().WithMessage("*'k'*empty*");
        o.Invoking(x => x.AddSource("s", WebhookScheme.Stripe, keys => keys.Add("k", Secret).Add("k", Secret))).Should().Throw<ArgumentException>().WithMessage("*'s'*'k'*");
        o.Invoking(x => x.AddSource("s", WebhookScheme.Stripe, keys => Enumerable.Range(0, 9).ToList().ForEach(i => keys.Add($"{i}", Secret))))
            .Should().Throw<InvalidOperationException>().WithMessage("*at most 8*");
        FluentActions.Invoking(() => new WebhookKey("k", Secret, DateTimeOffset.MaxValue, DateTimeOffset.MinValue)).Should().Throw<ArgumentException>().WithMessage("*before it begins*");
    }

    [Fact]
    [Guarantee("WebhookSecurity", 9)]
    public async Task An_endpoint_that_names_an_unknown_source_or_route_value_keeps_the_application_from_starting()
    {
        Action<WebhookSecurityOptions> configure = o => o.AddSource("stripe", WebhookScheme.Stripe, keys => keys.Add("k", Secret));

        var unknownSource = () => WebhookApp.StartAsync(configure, app => app.MapPost("/h", () => { }).RequireWebhookSignature("strpe"));
        var unknownValue = () => WebhookApp.StartAsync(configure, app => app.MapPost("/h/{tenant}", () => { }).RequireWebhookSignature("stripe", scopeRouteValue: "tenent"));

        (await unknownSource.Should().ThrowAsync<ArgumentException>()).WithMessage("*'strpe'*AddSource*registered are: stripe*");
        (await unknownValue.Should().ThrowAsync<InvalidOperationException>()).WithMessage("*tenent*/h/{tenant}*");
    }

    [Fact]
    public void Registering_twice_adds_up_and_a_later_source_takes_the_place_of_an_earlier_one()
    {
        using var services = new ServiceCollection()
            .AddWebhookSecurity(o => o.AddSource("a", WebhookScheme.Stripe, keys => keys.Add("old", Secret)))
            .AddWebhookSecurity(o => o.AddSource("b", WebhookScheme.Stripe, keys => keys.Add("k", Secret)).AddSource("a", WebhookScheme.Stripe, keys => keys.Add("new", Secret)))
            .BuildServiceProvider();

        var signer = services.GetRequiredService<IWebhookSigner>();

        signer.Sign("a", "1", DateTimeOffset.UnixEpoch, default)["Stripe-Signature"].Split(',').Should().HaveCount(2);
        signer.Sign("b", "1", DateTimeOffset.UnixEpoch, default).Should().ContainKey("Stripe-Signature");
    }

    [Fact]
    public void A_key_never_prints_its_secret() => new WebhookKey("2026-01", Secret).ToString().Should().Be("2026-01");
}
