using LoopbackModels;
using Patterns.LlmFallback;
using static Patterns.LlmFallback.LlmFaultKind;

namespace Ai.Tests.LlmFallback.Wire;

/// <summary>What the providers answer when something is wrong, in their own bodies and headers.</summary>
internal static class EvidenceTable
{
    private const ModelApi OpenAi = ModelApi.OpenAi;
    private const ModelApi Azure = ModelApi.Azure;
    private const ModelApi Anthropic = ModelApi.Anthropic;
    private const ModelApi Gemini = ModelApi.Gemini;

    public static IReadOnlyDictionary<string, Evidence> Rows { get; } = All().ToDictionary(static row => $"{row.Api}: {row.Name}", StringComparer.Ordinal);

    private static IEnumerable<Evidence> All() => [.. OfOpenAi(), .. OfAzure(), .. OfAnthropic(), .. OfGemini(), .. OfAnyone()];

    private static IEnumerable<Evidence> OfOpenAi() =>
    [
        Waits(OpenAi, "429 rate_limit_exceeded, retry-after-ms 800", OpenAiErrors.RateLimited, "retry-after-ms", "800", 0.8),
        Waits(OpenAi, "429 rate_limit_exceeded, retry-after 20", OpenAiErrors.RateLimitedRequests, "retry-after", "20", 20),
        Waits(OpenAi, "429 rate_limit_exceeded, retry-after 1.5", OpenAiErrors.RateLimited, "retry-after", "1.5", 1.5),
        Waits(OpenAi, "429 rate_limit_exceeded, retry-after as a date", OpenAiErrors.RateLimited, "retry-after", "Thu, 15 Jan 2026 12:00:30 GMT", 30),
        Waits(OpenAi, "429 rate_limit_exceeded, retry-after of two headers", OpenAiErrors.RateLimited.With("retry-after-ms", "900"), "retry-after", "40", 40),
        new("429 rate_limit_exceeded, retry-after unreadable", OpenAi, OpenAiErrors.RateLimited.With("retry-after", "soon"), RateLimited),
        Body("429 slow_down", OpenAi, OpenAiErrors.SlowDown, RateLimited, inStream: false),
        Body("429 type requests", OpenAi, OpenAiErrors.TypeRequests, RateLimited),
        Body("429 type tokens", OpenAi, OpenAiErrors.TypeTokens, RateLimited),
        Body("rate_limit_exceeded", OpenAi, OpenAiErrors.RateLimited, RateLimited),
        Body("429 insufficient_quota", OpenAi, OpenAiErrors.InsufficientQuota, QuotaExhausted),
        Body("429 credit_balance_exhausted", OpenAi, OpenAiErrors.Quota("credit_balance_exhausted"), QuotaExhausted),
        Body("429 organization_spend_limit_exceeded", OpenAi, OpenAiErrors.Quota("organization_spend_limit_exceeded"), QuotaExhausted),
        Body("429 project_spend_limit_exceeded", OpenAi, OpenAiErrors.Quota("project_spend_limit_exceeded"), QuotaExhausted),
        Body("429 organization_usage_limit_exceeded", OpenAi, OpenAiErrors.Quota("organization_usage_limit_exceeded"), QuotaExhausted),
        Body("503 server_is_overloaded", OpenAi, OpenAiErrors.Overloaded, Overloaded),
        Body("503 slow_down", OpenAi, OpenAiErrors.SlowDown503, Overloaded, inStream: false),
        Body("500 server_error", OpenAi, OpenAiErrors.ServerError, ServerError),
        new("500, x-should-retry: false", OpenAi, OpenAiErrors.ServerError.With("x-should-retry", "false"), ServerError) { ForbidsRetry = true },
        Body("401 invalid_api_key", OpenAi, OpenAiErrors.InvalidKey, Authentication, inStream: false),
        Body("403 unsupported_country_region_territory", OpenAi, OpenAiErrors.UnsupportedCountry, Authentication, inStream: false),
        Body("404 model_not_found", OpenAi, OpenAiErrors.ModelNotFound, ModelUnavailable),
        Body("400 model_not_found", OpenAi, OpenAiErrors.ModelNotFound400, ModelUnavailable),
        Body("400 context_length_exceeded", OpenAi, OpenAiErrors.ContextLength, ContextTooLong),
        Body("413", OpenAi, OpenAiErrors.TooLarge, RequestTooLarge, inStream: false),
        Body("400 unsupported_parameter", OpenAi, OpenAiErrors.UnsupportedParameter, Unsupported),
        Body("400 unsupported_value", OpenAi, OpenAiErrors.UnsupportedValue, Unsupported),
        Body("400 content_policy_violation", OpenAi, OpenAiErrors.ContentPolicy, ContentFiltered),
        Body("400 missing_required_parameter", OpenAi, OpenAiErrors.InvalidRequest, InvalidRequest),
    ];

    private static IEnumerable<Evidence> OfAzure() =>
    [
        Waits(Azure, "429, retry-after 6", AzureErrors.RateLimited, "retry-after", "6", 6),
        Waits(Azure, "429 RateLimitReached, retry-after-ms 1500", AzureErrors.RateLimitExceeded, "retry-after-ms", "1500", 1.5),
        Waits(Azure, "429, retry-after of a day", AzureErrors.RateLimited, "retry-after", "86400", 86_400),
        Body("429 insufficient_quota", Azure, OpenAiErrors.InsufficientQuota, QuotaExhausted),
        Body("401", Azure, AzureErrors.Unauthorized, Authentication, inStream: false),
        Body("404 DeploymentNotFound", Azure, AzureErrors.DeploymentNotFound, ModelUnavailable),
        Body("400 content_filter", Azure, AzureErrors.ContentFilter, ContentFiltered),
        Body("500 InternalServerError", Azure, AzureErrors.InternalServerError, ServerError, inStream: false),
        Body("503 server_is_overloaded", Azure, OpenAiErrors.Overloaded, Overloaded),
    ];

    private static IEnumerable<Evidence> OfAnthropic() =>
    [
        Waits(Anthropic, "429, retry-after 1", AnthropicErrors.RateLimited, "retry-after", "1", 1),
        Waits(Anthropic, "429, retry-after 20", AnthropicErrors.RateLimited, "retry-after", "20", 20),
        Waits(Anthropic, "429, retry-after 1, x-should-retry: false", AnthropicErrors.RateLimited.With("x-should-retry", "false"), "retry-after", "1", 1) with { ForbidsRetry = true },
        Waits(Anthropic, "429 of spend, retry-after 30", AnthropicErrors.TierSpendLimit, "retry-after", "30", 30),
        Body("rate_limit_error", Anthropic, AnthropicErrors.RateLimited, RateLimited),
        Body("429 of spend without retry-after", Anthropic, AnthropicErrors.TierSpendLimit, QuotaExhausted),
        Body("429 enforced_spend_limit_reached", Anthropic, AnthropicErrors.EnforcedSpendLimit, QuotaExhausted),
        Body("402 billing_error", Anthropic, AnthropicErrors.CreditsUsedUp, QuotaExhausted),
        Body("400 of a credit balance", Anthropic, AnthropicErrors.CreditsUsedUp400, QuotaExhausted),
        Body("400 of a reached usage limit", Anthropic, AnthropicErrors.OwnUsageLimit, QuotaExhausted) with { Reset = new(2026, 2, 1, 0, 0, 0, TimeSpan.Zero) },
        Body("529 overloaded_error", Anthropic, AnthropicErrors.Overloaded, Overloaded),
        Body("500 api_error", Anthropic, AnthropicErrors.ApiError, ServerError),
        Body("409", Anthropic, AnthropicErrors.Conflict, ServerError, inStream: false),
        Body("504 timeout_error", Anthropic, AnthropicErrors.Timeout, LlmFaultKind.Timeout),
        Body("401 authentication_error", Anthropic, AnthropicErrors.InvalidKey, Authentication),
        Body("403 permission_error", Anthropic, AnthropicErrors.NotPermitted, Authentication),
        Body("404 not_found_error", Anthropic, AnthropicErrors.ModelNotFound, ModelUnavailable),
        Body("400 of a prompt too long", Anthropic, AnthropicErrors.PromptTooLong, ContextTooLong),
        Body("400 of input and output beyond the context", Anthropic, AnthropicErrors.ExceedsContext, ContextTooLong),
        Body("413 request_too_large", Anthropic, AnthropicErrors.TooLarge, RequestTooLarge),
        Body("400 invalid_request_error", Anthropic, AnthropicErrors.InvalidRequest, InvalidRequest),
    ];

    private static IEnumerable<Evidence> OfGemini() =>
    [
        Body("429 per minute, RetryInfo 1.2s", Gemini, GeminiErrors.PerMinute("1.2s"), RateLimited) with { Wait = TimeSpan.FromSeconds(1.2) },
        Body("429 per minute, RetryInfo 36s", Gemini, GeminiErrors.PerMinute("36s"), RateLimited) with { Wait = TimeSpan.FromSeconds(36) },
        Body("429 RESOURCE_EXHAUSTED alone", Gemini, GeminiErrors.Exhausted, RateLimited),
        Body("429 per day", Gemini, GeminiErrors.PerDay, QuotaExhausted) with { Wait = TimeSpan.FromSeconds(36) },
        Body("429 of a limit of 0", Gemini, GeminiErrors.LimitZero, QuotaExhausted) with { Wait = TimeSpan.FromSeconds(45) },
        Body("429, RetryInfo of an hour", Gemini, GeminiErrors.LongDelay, QuotaExhausted) with { Wait = TimeSpan.FromHours(1) },
        Body("402", Gemini, GeminiErrors.Unpaid, QuotaExhausted),
        Body("503 UNAVAILABLE", Gemini, GeminiErrors.Unavailable, Overloaded),
        Body("500 INTERNAL", Gemini, GeminiErrors.Internal, ServerError),
        Body("504 DEADLINE_EXCEEDED", Gemini, GeminiErrors.DeadlineExceeded, LlmFaultKind.Timeout),
        Body("400 API_KEY_INVALID", Gemini, GeminiErrors.InvalidKey, Authentication),
        Body("400 FAILED_PRECONDITION", Gemini, GeminiErrors.LocationNotSupported, Authentication),
        Body("403 PERMISSION_DENIED", Gemini, GeminiErrors.NotPermitted, Authentication),
        Body("404 NOT_FOUND", Gemini, GeminiErrors.ModelNotFound, ModelUnavailable),
        Body("400 of too many tokens", Gemini, GeminiErrors.TooManyTokens, ContextTooLong),
        Body("400 INVALID_ARGUMENT", Gemini, GeminiErrors.InvalidRequest, InvalidRequest),
    ];

    // What says nothing but its status, with every provider: a proxy's page, or no body at all.
    private static IEnumerable<Evidence> OfAnyone()
    {
        (int Status, LlmFaultKind Kind)[] statuses =
        [
            (400, InvalidRequest), (401, Authentication), (402, QuotaExhausted), (403, Authentication), (404, ModelUnavailable), (405, InvalidRequest), (408, LlmFaultKind.Timeout), (409, ServerError),
            (413, RequestTooLarge), (415, InvalidRequest), (422, InvalidRequest), (418, Unknown), (429, RateLimited), (500, ServerError), (502, ServerError), (504, LlmFaultKind.Timeout), (529, Overloaded),
        ];
        foreach (var api in Enum.GetValues<ModelApi>())
        {
            foreach (var (status, kind) in statuses)
                yield return new($"{status} without a body", api, new ModelError(status, ""), kind);
            yield return new("502 of a proxy", api, new ModelError(502, "<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>") { ContentType = "text/html" }, ServerError);
            yield return new("429 of a proxy", api, new ModelError(429, "<html><body>Too many requests {\"a\":</body></html>") { ContentType = "text/html" }, RateLimited);
            yield return new("the connection reset before an answer", api, ModelReply.Hangup, Network) { Received = false };
            yield return new("the body cut short", api, ModelAnswer.Text("Never read.") with { Cut = new(CutKind.Fin, 20) }, Network);
            yield return new("the body reset", api, ModelAnswer.Text("Never read.") with { Cut = new(CutKind.Reset, 20) }, Network);
            yield return new("an empty answer", api, new ModelAnswer(), BadOutput);
        }
    }

    private static Evidence Body(string name, ModelApi api, ModelError error, LlmFaultKind kind, bool inStream = true) => new(name, api, error, kind) { InStream = inStream };

    private static Evidence Waits(ModelApi api, string name, ModelReply error, string header, string value, double seconds) =>
        new(name, api, error.With(header, value), RateLimited) { Wait = TimeSpan.FromSeconds(seconds) };
}
