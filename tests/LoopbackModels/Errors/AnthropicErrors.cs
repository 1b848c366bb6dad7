using System.Text.Json.Nodes;

namespace LoopbackModels;

/// <summary>Errors as Anthropic writes them; <see cref="ModelError.Body"/> is the data of a stream's error event too.</summary>
public static class AnthropicErrors
{
    public static ModelError RateLimited => Error(429, "rate_limit_error", "This request would exceed your organization's rate limit of 400,000 input tokens per minute.");

    public static ModelError TierSpendLimit => Error(429, "rate_limit_error", "This request would exceed your organization's monthly spend limit for its usage tier.");

    public static ModelError EnforcedSpendLimit => Error(429, "rate_limit_error", "Your organization has reached its enforced spend limit.", "enforced_spend_limit_reached");

    public static ModelError OwnUsageLimit => Error(400, "invalid_request_error", "You have reached your specified API usage limits. You will regain access on 2026-02-01 at 00:00 UTC.");

    public static ModelError CreditsUsedUp => Error(402, "billing_error", "Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to upgrade or purchase credits.");

    public static ModelError CreditsUsedUp400 => CreditsUsedUp with { Status = 400, Body = Error(400, "invalid_request_error", "Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to upgrade or purchase credits.").Body };

    public static ModelError Overloaded => Error(529, "overloaded_error", "Overloaded");

    public static ModelError ApiError => Error(500, "api_error", "Internal server error");

    public static ModelError Conflict => Error(409, "conflict_error", "The request conflicts with the current state of the resource.");

    public static ModelError Timeout => Error(504, "timeout_error", "Request timed out.");

    public static ModelError InvalidKey => Error(401, "authentication_error", "invalid x-api-key");

    public static ModelError NotPermitted => Error(403, "permission_error", "Your API key does not have permission to use the specified resource.");

    public static ModelError ModelNotFound => Error(404, "not_found_error", "model: claude-99");

    public static ModelError PromptTooLong => Error(400, "invalid_request_error", "prompt is too long: 210000 tokens > 200000 maximum");

    public static ModelError ExceedsContext => Error(400, "invalid_request_error", "input length and `max_tokens` exceed context limit: 190000 + 20000 > 200000, decrease input length or `max_tokens` and try again");

    public static ModelError TooLarge => Error(413, "request_too_large", "Request exceeds the maximum size");

    public static ModelError InvalidRequest => Error(400, "invalid_request_error", "messages: at least one message is required");

    /// <summary>Any error in Anthropic's form.</summary>
    public static ModelError Error(int status, string type, string message, string? code = null)
    {
        var error = new JsonObject { ["type"] = type, ["message"] = message };
        if (code is not null)
            error["details"] = new JsonObject { ["error_code"] = code };
        return new(status, new JsonObject { ["type"] = "error", ["error"] = error, ["request_id"] = "req_011CSHoEeqs5C35K2UUqR7Fy" }.ToJsonString());
    }
}
