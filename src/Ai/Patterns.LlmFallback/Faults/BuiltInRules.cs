using System.Collections.Frozen;

namespace Patterns.LlmFallback;

/// <summary>
/// Our rules. Sources: OpenAI's guide to error codes and its help centre (billing codes under one type), Anthropic's "Errors" and "Rate limits" (spend limits, stream events, refusals), Azure OpenAI's REST reference,
/// Google's Gemini API troubleshooting and google.rpc error details. What is more exact is asked first: codes, then what only a message says, then the status, then the broad types.
/// </summary>
internal static class BuiltInRules
{
    /// <summary>Codes that say by themselves what is wrong.</summary>
    public static readonly IReadOnlyList<LlmRule> Codes =
    [
        // One status and often one old type stand for all of these; only the code tells money from speed.
        new(LlmFaultKind.QuotaExhausted) { Code = "insufficient_quota" },
        new(LlmFaultKind.QuotaExhausted) { Code = "credit_balance_exhausted" },
        new(LlmFaultKind.QuotaExhausted) { Code = "organization_spend_limit_exceeded" },
        new(LlmFaultKind.QuotaExhausted) { Code = "project_spend_limit_exceeded" },
        new(LlmFaultKind.QuotaExhausted) { Code = "organization_usage_limit_exceeded" },
        new(LlmFaultKind.QuotaExhausted) { Code = "enforced_spend_limit_reached" },
        new(LlmFaultKind.QuotaExhausted) { Code = "billing_error" },
        new(LlmFaultKind.QuotaExhausted) { Status = 429, Code = ErrorBody.DailyQuota },
        new(LlmFaultKind.QuotaExhausted) { Status = 429, Code = ErrorBody.NoQuota },
        new(LlmFaultKind.QuotaExhausted) { Status = 429, Code = ErrorBody.LongWait },
        new(LlmFaultKind.RateLimited) { Status = 429, Code = "slow_down" },
        new(LlmFaultKind.RateLimited) { Status = 429, Code = "rate_limit_exceeded" },
        new(LlmFaultKind.Overloaded) { Status = 503, Code = "slow_down" },
        new(LlmFaultKind.Overloaded) { Code = "server_is_overloaded" },
        new(LlmFaultKind.Overloaded) { Code = "overloaded_error" },
        new(LlmFaultKind.Overloaded) { Status = 503, Code = "UNAVAILABLE" },
        new(LlmFaultKind.Timeout) { Code = "timeout_error" },
        new(LlmFaultKind.Authentication) { Code = "API_KEY_INVALID" },
        new(LlmFaultKind.Authentication) { Status = 400, Code = "FAILED_PRECONDITION" },
        new(LlmFaultKind.ModelUnavailable) { Code = "model_not_found" },
        new(LlmFaultKind.ModelUnavailable) { Code = "DeploymentNotFound" },
        new(LlmFaultKind.ContextTooLong) { Code = "context_length_exceeded" },
        new(LlmFaultKind.RequestTooLarge) { Code = "request_too_large" },
        new(LlmFaultKind.Unsupported) { Status = 400, Code = "unsupported_parameter" },
        new(LlmFaultKind.Unsupported) { Status = 400, Code = "unsupported_value" },
        new(LlmFaultKind.ContentFiltered) { Code = "content_filter" },
        new(LlmFaultKind.ContentFiltered) { Code = "content_policy_violation" },
        new(LlmFaultKind.ContentFiltered) { Code = "ResponsibleAIPolicyViolation" },
        new(LlmFaultKind.ContentFiltered) { Code = "refusal" },
        new(LlmFaultKind.ContentFiltered) { Code = "SAFETY" },
        new(LlmFaultKind.ContentFiltered) { Code = "PROHIBITED_CONTENT" },
        new(LlmFaultKind.ContentFiltered) { Code = "BLOCKLIST" },
        new(LlmFaultKind.ContentFiltered) { Code = "RECITATION" },
        new(LlmFaultKind.ContentFiltered) { Code = "SPII" },
        new(LlmFaultKind.ContentFiltered) { Code = "IMAGE_SAFETY" },
        new(LlmFaultKind.ContentFiltered) { Code = ErrorBody.PromptBlocked },
    ];

    /// <summary>What providers say in words only, under codes that mean anything.</summary>
    public static readonly IReadOnlyList<LlmRule> Messages =
    [
        // Anthropic's limits that the customer set: "You have reached your specified [workspace] API usage limits."
        new(LlmFaultKind.QuotaExhausted) { Status = 400, Message = "reached your specified" },
        new(LlmFaultKind.QuotaExhausted) { Status = 400, Message = "credit balance is too low" },

        // The cap of a tier answers 429 and states no wait; the same words with a wait are a rate limit.
        new(LlmFaultKind.QuotaExhausted) { Status = 429, Message = "spend limit", When = StatesNoWait },
        new(LlmFaultKind.QuotaExhausted) { Status = 429, Message = "spend cap", When = StatesNoWait },
        new(LlmFaultKind.QuotaExhausted) { Status = 429, Message = "spending limit", When = StatesNoWait },
        new(LlmFaultKind.QuotaExhausted) { Status = 429, Message = "monthly limit", When = StatesNoWait },

        // Anthropic, Google, and the servers that speak OpenAI's protocol without its codes.
        new(LlmFaultKind.ContextTooLong) { Status = 400, Message = "prompt is too long" },
        new(LlmFaultKind.ContextTooLong) { Status = 400, Message = "exceed context limit" },
        new(LlmFaultKind.ContextTooLong) { Status = 400, Message = "maximum number of tokens allowed" },
        new(LlmFaultKind.ContextTooLong) { Status = 400, Message = "maximum context length" },
    ];

    /// <summary>What a status means when nothing more exact was said. Other 5xx are the server's faults, all else is unknown.</summary>
    public static readonly IReadOnlyList<LlmRule> Statuses =
    [
        new(LlmFaultKind.InvalidRequest) { Status = 400 },
        new(LlmFaultKind.Authentication) { Status = 401 },
        new(LlmFaultKind.QuotaExhausted) { Status = 402 },
        new(LlmFaultKind.Authentication) { Status = 403 },
        new(LlmFaultKind.ModelUnavailable) { Status = 404 },
        new(LlmFaultKind.InvalidRequest) { Status = 405 },
        new(LlmFaultKind.Timeout) { Status = 408 },
        new(LlmFaultKind.ServerError) { Status = 409 },
        new(LlmFaultKind.RequestTooLarge) { Status = 413 },
        new(LlmFaultKind.InvalidRequest) { Status = 415 },
        new(LlmFaultKind.InvalidRequest) { Status = 422 },
        new(LlmFaultKind.RateLimited) { Status = 429 },
        new(LlmFaultKind.Timeout) { Status = 504 },
        new(LlmFaultKind.Overloaded) { Status = 529 },
    ];

    /// <summary>Broad types: all there is when an error comes inside a stream that began with 200, or from an exception that lost the status.</summary>
    public static readonly IReadOnlyList<LlmRule> Types =
    [
        new(LlmFaultKind.RateLimited) { Code = "rate_limit_error" },
        new(LlmFaultKind.RateLimited) { Code = "requests" },
        new(LlmFaultKind.RateLimited) { Code = "tokens" },
        new(LlmFaultKind.RateLimited) { Code = "RESOURCE_EXHAUSTED" },
        new(LlmFaultKind.RateLimited) { Code = "too_many_requests" },
        new(LlmFaultKind.ServerError) { Code = "api_error" },
        new(LlmFaultKind.ServerError) { Code = "server_error" },
        new(LlmFaultKind.ServerError) { Code = "internal_server_error" },
        new(LlmFaultKind.ServerError) { Code = "INTERNAL" },
        new(LlmFaultKind.Overloaded) { Code = "service_unavailable_error" },
        new(LlmFaultKind.Timeout) { Code = "DEADLINE_EXCEEDED" },
        new(LlmFaultKind.Authentication) { Code = "authentication_error" },
        new(LlmFaultKind.Authentication) { Code = "permission_error" },
        new(LlmFaultKind.Authentication) { Code = "invalid_api_key" },
        new(LlmFaultKind.Authentication) { Code = "UNAUTHENTICATED" },
        new(LlmFaultKind.Authentication) { Code = "PERMISSION_DENIED" },
        new(LlmFaultKind.ModelUnavailable) { Code = "not_found_error" },
        new(LlmFaultKind.ModelUnavailable) { Code = "NOT_FOUND" },
        new(LlmFaultKind.InvalidRequest) { Code = "invalid_request_error" },
        new(LlmFaultKind.InvalidRequest) { Code = "INVALID_ARGUMENT" },
    ];

    /// <summary>The finish reasons of answers that are refusals.</summary>
    public static readonly FrozenSet<string> Refusals = Codes.Where(static r => r is { Kind: LlmFaultKind.ContentFiltered }).Select(static r => r.Code!).ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    private static bool StatesNoWait(LlmEvidence evidence) => !evidence.Headers.ContainsKey("retry-after");
}
