using System.Text.Json.Nodes;

namespace LoopbackModels;

/// <summary>Errors as the Gemini API writes them, with google.rpc's details.</summary>
public static class GeminiErrors
{
    public static ModelError PerDay => QuotaFailure("GenerateRequestsPerDayPerProjectPerModel-FreeTier", "250", "36s");

    public static ModelError LimitZero => QuotaFailure("GenerateRequestsPerMinutePerProjectPerModel-FreeTier", "0", "45s", "* Quota exceeded for metric: generativelanguage.googleapis.com/generate_content_free_tier_requests, limit: 0, model: gemini-3-pro");

    public static ModelError LongDelay => QuotaFailure("GenerateContentInputTokensPerModelPerMinute", "4000000", "3600s");

    public static ModelError Exhausted => Error(429, "RESOURCE_EXHAUSTED", "Resource has been exhausted (e.g. check quota).");

    public static ModelError Unpaid => Error(402, "FAILED_PRECONDITION", "Billing is not enabled for this project.");

    public static ModelError Unavailable => Error(503, "UNAVAILABLE", "The model is overloaded. Please try again later.");

    public static ModelError Internal => Error(500, "INTERNAL", "An internal error has occurred. Please retry.");

    public static ModelError DeadlineExceeded => Error(504, "DEADLINE_EXCEEDED", "The request timed out. Please try again.");

    public static ModelError InvalidKey => Error(400, "INVALID_ARGUMENT", "API key not valid. Please pass a valid API key.", new JsonObject
    {
        ["@type"] = "type.googleapis.com/google.rpc.ErrorInfo",
        ["reason"] = "API_KEY_INVALID",
        ["domain"] = "googleapis.com",
        ["metadata"] = new JsonObject { ["service"] = "generativelanguage.googleapis.com" },
    });

    public static ModelError LocationNotSupported => Error(400, "FAILED_PRECONDITION", "User location is not supported for the API use.");

    public static ModelError NotPermitted => Error(403, "PERMISSION_DENIED", "Your API key was reported as leaked. Please use another API key.");

    public static ModelError ModelNotFound => Error(404, "NOT_FOUND", "models/gemini-99 is not found for API version v1beta, or is not supported for generateContent.");

    public static ModelError TooManyTokens => Error(400, "INVALID_ARGUMENT", "The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).");

    public static ModelError InvalidRequest => Error(400, "INVALID_ARGUMENT", "Invalid JSON payload received. Unknown name \"foo\": Cannot find field.");

    /// <summary>A quota per minute is used up.</summary>
    /// <param name="delay">The wait that is stated, such as <c>20s</c>.</param>
    public static ModelError PerMinute(string delay) => QuotaFailure("GenerateRequestsPerMinutePerProjectPerModel-FreeTier", "10", delay);

    /// <summary>A quota is used up. All quotas share the status; only the id, the value and the delay tell them apart.</summary>
    public static ModelError QuotaFailure(string quotaId, string value, string delay, string? message = null) => Error(
        429,
        "RESOURCE_EXHAUSTED",
        $"You exceeded your current quota, please check your plan and billing details. {message}\nPlease retry in {delay}.",
        new JsonObject
        {
            ["@type"] = "type.googleapis.com/google.rpc.Help",
            ["links"] = new JsonArray(new JsonObject { ["description"] = "Learn more about Gemini API quotas", ["url"] = "https://ai.google.dev/gemini-api/docs/rate-limits" }),
        },
        new JsonObject
        {
            ["@type"] = "type.googleapis.com/google.rpc.QuotaFailure",
            ["violations"] = new JsonArray(new JsonObject
            {
                ["quotaMetric"] = "generativelanguage.googleapis.com/generate_content_free_tier_requests",
                ["quotaId"] = quotaId,
                ["quotaDimensions"] = new JsonObject { ["location"] = "global", ["model"] = "gemini-3-pro" },
                ["quotaValue"] = value,
            }),
        },
        new JsonObject { ["@type"] = "type.googleapis.com/google.rpc.RetryInfo", ["retryDelay"] = delay });

    /// <summary>Any error in Gemini's form.</summary>
    public static ModelError Error(int status, string name, string message, params JsonNode[] details)
    {
        var error = new JsonObject { ["code"] = status, ["message"] = message, ["status"] = name };
        if (details.Length > 0)
            error["details"] = new JsonArray(details);
        return new(status, new JsonObject { ["error"] = error }.ToJsonString());
    }
}
