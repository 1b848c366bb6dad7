using Patterns.LlmFallback;

namespace Ai.Tests.LlmFallback.Faults;

/// <summary>How long a provider asks to wait, in every form in which it does.</summary>
public sealed class WaitTests
{
    private const string RetryInfo = """{"error":{"code":429,"message":"Slower.","status":"RESOURCE_EXHAUSTED","details":[{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"2.5s"}]}}""";

    [Theory]
    [InlineData("retry-after", "7", 7.0), InlineData("Retry-After", "0.25", 0.25), InlineData("retry-after", " 3 ", 3.0), InlineData("retry-after", "0", 0.0)]
    [InlineData("retry-after-ms", "1500", 1.5), InlineData("retry-after-ms", "0.5", 0.0005)]
    [InlineData("retry-after", "Thu, 15 Jan 2026 12:00:20 GMT", 20.0)]
    [InlineData("retry-after", "Thursday, 15-Jan-26 12:00:20 GMT", 20.0)]
    [InlineData("retry-after", "Thu Jan 15 12:00:20 2026", 20.0)]
    [InlineData("retry-after", "86400", 86_400.0)]
    public void Every_form_of_a_stated_wait_is_read(string header, string value, double seconds)
        => Evidence.Judge(Evidence.Of("openai", 429, "", (header, value))).Wait.Should().Be(TimeSpan.FromSeconds(seconds));

    [Theory]
    [InlineData("retry-after", "soon"), InlineData("retry-after", ""), InlineData("retry-after", "-5"), InlineData("retry-after", "NaN"), InlineData("retry-after", "Infinity"), InlineData("retry-after", "1e30")]
    [InlineData("retry-after", "999999999999"), InlineData("retry-after", "Thu, 15 Jan 2026 11:59:00 GMT"), InlineData("retry-after", "Thu, 99 Jan 2026 12:00:20 GMT"), InlineData("retry-after-ms", "7 s")]
    public void What_cannot_be_read_as_a_wait_is_no_wait(string header, string value)
        => Evidence.Judge(Evidence.Of("openai", 429, "", (header, value))).Wait.Should().BeNull();

    [Fact]
    public void Gemini_states_its_wait_in_the_body() => Evidence.Judge(Evidence.Of("gemini", 429, RetryInfo)).Wait.Should().Be(TimeSpan.FromSeconds(2.5));

    [Theory]
    [InlineData("1000", "2", 2.5), InlineData("4000", "2", 4.0), InlineData("1000", "9", 9.0), InlineData("1000", "later", 2.5)]
    public void The_longest_wait_wins(string milliseconds, string seconds, double expected)
        => Evidence.Judge(Evidence.Of("gemini", 429, RetryInfo, ("retry-after-ms", milliseconds), ("retry-after", seconds))).Wait.Should().Be(TimeSpan.FromSeconds(expected));

    [Fact]
    public void A_spend_limit_that_states_a_wait_is_a_rate_limit()
    {
        const string body = """{"type":"error","error":{"type":"rate_limit_error","message":"The workspace's spend limit is reached."}}""";

        Evidence.Judge(Evidence.Of("anthropic", 429, body, ("retry-after", "30"))).Kind.Should().Be(LlmFaultKind.RateLimited);
        Evidence.Judge(Evidence.Of("anthropic", 429, body)).Kind.Should().Be(LlmFaultKind.QuotaExhausted);
    }

    [Fact]
    public void A_usage_limit_says_when_access_returns()
    {
        const string body = """{"type":"error","error":{"type":"invalid_request_error","message":"You have reached your specified API usage limits. You will regain access on 2026-02-01 at 00:00 UTC."}}""";

        Evidence.Judge(Evidence.Of("anthropic", 400, body)).ResetAt.Should().Be(new DateTimeOffset(2026, 2, 1, 0, 0, 0, TimeSpan.Zero));
    }

    [Fact]
    public void A_rate_limit_says_when_it_is_full_again()
        => Evidence.Judge(Evidence.Of("openai", 429, "", ("x-ratelimit-remaining-requests", "0"), ("x-ratelimit-reset-requests", "6m0s"), ("x-ratelimit-remaining-tokens", "17"), ("x-ratelimit-reset-tokens", "9m0s")))
            .ResetAt.Should().Be(Evidence.Now.AddMinutes(6));

    [Theory]
    [InlineData("false", false), InlineData("False", false), InlineData("true", true), InlineData("", true)]
    public void The_provider_may_forbid_to_ask_the_same_model_again(string value, bool may)
        => Evidence.Judge(Evidence.Of("anthropic", 500, "", ("x-should-retry", value))).MayRetry.Should().Be(may);
}
