using System.Globalization;

namespace Patterns.LlmFallback;

/// <summary>
/// What the rate-limit headers say is left: OpenAI's and Azure's <c>x-ratelimit-remaining-requests</c> with <c>x-ratelimit-reset-requests</c> (a duration), Anthropic's
/// <c>anthropic-ratelimit-requests-remaining</c> with <c>anthropic-ratelimit-requests-reset</c> (RFC 3339), and the same of tokens.
/// </summary>
internal static class RateLimitHeaders
{
    private const string OpenAiRemaining = "x-ratelimit-remaining-";
    private const string AnthropicPrefix = "anthropic-ratelimit-";
    private const string AnthropicRemaining = "-remaining";

    /// <summary>Until when nothing is left of at least one limit: the latest such reset; null when something is left or no reset can be read.</summary>
    public static DateTimeOffset? ExhaustedUntil(IReadOnlyDictionary<string, string> headers, DateTimeOffset now)
    {
        DateTimeOffset? until = null;
        foreach (var (name, value) in headers)
        {
            if (!IsZero(value))
                continue;

            var reset = name.StartsWith(OpenAiRemaining, StringComparison.OrdinalIgnoreCase) ? OpenAiReset(headers, name[OpenAiRemaining.Length..], now)
                : name.StartsWith(AnthropicPrefix, StringComparison.OrdinalIgnoreCase) && name.EndsWith(AnthropicRemaining, StringComparison.OrdinalIgnoreCase) ? AnthropicReset(headers, name[..^AnthropicRemaining.Length])
                : null;
            if (reset > now && (until is null || reset > until))
                until = reset;
        }
        return until;
    }

    /// <summary>Whether a header is worth keeping of an answer that is no error.</summary>
    public static bool IsOne(string name)
        => name.StartsWith("x-ratelimit-", StringComparison.OrdinalIgnoreCase) || name.StartsWith(AnthropicPrefix, StringComparison.OrdinalIgnoreCase);

    private static bool IsZero(string value) => value.Length > 0 && !value.AsSpan().ContainsAnyExcept('0', ' ');

    private static DateTimeOffset? OpenAiReset(IReadOnlyDictionary<string, string> headers, string limit, DateTimeOffset now)
        => headers.TryGetValue("x-ratelimit-reset-" + limit, out var text) && Waits.Duration(text) is { } wait ? now + wait : null;

    private static DateTimeOffset? AnthropicReset(IReadOnlyDictionary<string, string> headers, string limit)
        => headers.TryGetValue(limit + "-reset", out var text)
            && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var reset) ? reset : null;
}
