using System.Text.Json.Nodes;

namespace LoopbackModels;

/// <summary>Errors as OpenAI writes them.</summary>
public static class OpenAiErrors
{
    public static ModelError RateLimited => Error(429, "Rate limit reached for gpt-5 in organization org-abc on tokens per min (TPM): Limit 30000, Used 29500, Requested 900. Please try again in 800ms.", "tokens", "rate_limit_exceeded");

    public static ModelError RateLimitedRequests => Error(429, "Rate limit reached for gpt-5 in organization org-abc on requests per min (RPM): Limit 500, Used 500, Requested 1.", "requests", "rate_limit_exceeded");

    public static ModelError TypeRequests => Error(429, "Too many requests.", "requests", null);

    public static ModelError TypeTokens => Error(429, "Too many tokens.", "tokens", null);

    public static ModelError SlowDown => Error(429, "Slow down: your traffic rises too quickly.", "slow_down", "slow_down");

    public static ModelError InsufficientQuota => Quota("insufficient_quota");

    public static ModelError Overloaded => Error(503, "The server is currently overloaded. Please try again later.", "service_unavailable_error", "server_is_overloaded");

    public static ModelError SlowDown503 => Error(503, "Slow down: your traffic rises too quickly.", "service_unavailable_error", "slow_down");

    public static ModelError ServerError => Error(500, "The server had an error while processing your request. Sorry about that!", "server_error", null);

    public static ModelError InvalidKey => Error(401, "Incorrect API key provided: sk-...1234.", "invalid_request_error", "invalid_api_key");

    public static ModelError UnsupportedCountry => Error(403, "Country, region, or territory not supported", "request_forbidden", "unsupported_country_region_territory");

    public static ModelError ModelNotFound => Error(404, "The model `gpt-99` does not exist or you do not have access to it.", "invalid_request_error", "model_not_found");

    public static ModelError ModelNotFound400 => ModelNotFound with { Status = 400 };

    public static ModelError ContextLength => Error(400, "This model's maximum context length is 128000 tokens. However, your messages resulted in 130011 tokens.", "invalid_request_error", "context_length_exceeded", "messages");

    public static ModelError TooLarge => Error(413, "Request body too large.", "invalid_request_error", null);

    public static ModelError UnsupportedParameter => Error(400, "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.", "invalid_request_error", "unsupported_parameter", "max_tokens");

    public static ModelError UnsupportedValue => Error(400, "Unsupported value: 'temperature' does not support 0.2 with this model. Only the default (1) value is supported.", "invalid_request_error", "unsupported_value", "temperature");

    public static ModelError ContentPolicy => Error(400, "Your request was rejected as a result of our safety system.", "invalid_request_error", "content_policy_violation");

    public static ModelError InvalidRequest => Error(400, "Missing required parameter: 'messages'.", "invalid_request_error", "missing_required_parameter", "messages");

    /// <summary>One of the billing codes, which share the status and the old type.</summary>
    /// <param name="code">The code.</param>
    public static ModelError Quota(string code) => Error(429, "You exceeded your current quota, please check your plan and billing details.", "insufficient_quota", code);

    /// <summary>Any error in OpenAI's form.</summary>
    public static ModelError Error(int status, string message, string? type, string? code, string? parameter = null) => new(status, new JsonObject
    {
        ["error"] = new JsonObject { ["message"] = message, ["type"] = type, ["param"] = parameter, ["code"] = code },
    }.ToJsonString());
}
