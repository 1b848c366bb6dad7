using Patterns.LlmFallback;
using static Patterns.LlmFallback.LlmFaultKind;

namespace Ai.Tests.LlmFallback.Faults;

/// <summary>The evidence table: what each provider answers, in its own words, and what it means.</summary>
public sealed class FaultTableTests
{
    private const string Quota = "You exceeded your current quota, please check your plan and billing details.";

    public static TheoryData<string, int?, string, LlmFaultKind, string?> OpenAi => new()
    {
        { "openai", 429, OpenAiBody("Rate limit reached for gpt-5 on tokens per min (TPM)", "tokens", "rate_limit_exceeded"), RateLimited, "rate_limit_exceeded" },
        { "openai", 429, OpenAiBody("Slow down", "rate_limit_error", "slow_down"), RateLimited, "slow_down" },
        { "openai", 429, OpenAiBody("Too many requests", "requests", null), RateLimited, "requests" },
        { "openai", 429, OpenAiBody("Too many tokens", "tokens", null), RateLimited, "tokens" },
        { "openai", 429, OpenAiBody(Quota, "insufficient_quota", "insufficient_quota"), QuotaExhausted, "insufficient_quota" },
        { "openai", 429, OpenAiBody(Quota, "insufficient_quota", null), QuotaExhausted, "insufficient_quota" },
        { "openai", 429, OpenAiBody(Quota, "insufficient_quota", "credit_balance_exhausted"), QuotaExhausted, "credit_balance_exhausted" },
        { "openai", 429, OpenAiBody(Quota, "insufficient_quota", "organization_spend_limit_exceeded"), QuotaExhausted, "organization_spend_limit_exceeded" },
        { "openai", 429, OpenAiBody(Quota, "insufficient_quota", "project_spend_limit_exceeded"), QuotaExhausted, "project_spend_limit_exceeded" },
        { "openai", 429, OpenAiBody(Quota, "insufficient_quota", "organization_usage_limit_exceeded"), QuotaExhausted, "organization_usage_limit_exceeded" },
        { "openai", 503, OpenAiBody("Overloaded", "service_unavailable_error", "server_is_overloaded"), Overloaded, "server_is_overloaded" },
        { "openai", 503, OpenAiBody("Slow down", "service_unavailable_error", "slow_down"), Overloaded, "slow_down" },
        { "openai", 500, OpenAiBody("The server had an error", "server_error", null), ServerError, "server_error" },
        { "openai", 503, OpenAiBody("The server had an error", "server_error", null), ServerError, "server_error" },
        { "openai", 401, OpenAiBody("Incorrect API key provided", "invalid_request_error", "invalid_api_key"), Authentication, "invalid_api_key" },
        { "openai", 403, OpenAiBody("Country not supported", "request_forbidden", "unsupported_country_region_territory"), Authentication, "unsupported_country_region_territory" },
        { "openai", 404, OpenAiBody("The model does not exist", "invalid_request_error", "model_not_found"), ModelUnavailable, "model_not_found" },
        { "openai", 400, OpenAiBody("The model does not exist", "invalid_request_error", "model_not_found"), ModelUnavailable, "model_not_found" },
        { "openai", 400, OpenAiBody("Too long", "invalid_request_error", "context_length_exceeded"), ContextTooLong, "context_length_exceeded" },
        { "openai", 400, OpenAiBody("Unsupported parameter: 'max_tokens'", "invalid_request_error", "unsupported_parameter"), Unsupported, "unsupported_parameter" },
        { "openai", 400, OpenAiBody("Unsupported value: 'temperature'", "invalid_request_error", "unsupported_value"), Unsupported, "unsupported_value" },
        { "openai", 400, OpenAiBody("Rejected by our safety system", "invalid_request_error", "content_policy_violation"), ContentFiltered, "content_policy_violation" },
        { "openai", 400, OpenAiBody("Missing 'messages'", "invalid_request_error", "missing_required_parameter"), InvalidRequest, "missing_required_parameter" },
        { "azure", 429, """{"error":{"code":"429","message":"Requests have exceeded token rate limit. Please retry after 86400 seconds."}}""", RateLimited, null },
        { "azure", 404, """{"error":{"code":"DeploymentNotFound","message":"The API deployment for this resource does not exist."}}""", ModelUnavailable, "DeploymentNotFound" },
        { "azure", 401, """{ "statusCode": 401, "message": "Access denied due to invalid subscription key." }""", Authentication, null },
        { "azure", 400, """{"error":{"message":"Filtered","type":null,"param":"prompt","code":"content_filter","status":400,"innererror":{"code":"ResponsibleAIPolicyViolation","content_filter_result":{"hate":{"filtered":true}}}}}""", ContentFiltered, "content_filter" },
        { "azure", 400, """{"error":{"message":"Filtered","code":null,"innererror":{"code":"ResponsibleAIPolicyViolation"}}}""", ContentFiltered, "ResponsibleAIPolicyViolation" },
        { "deepseek", 400, OpenAiBody("This model's maximum context length is 131072 tokens.", "invalid_request_error", "invalid_request_error"), ContextTooLong, "invalid_request_error" },
    };

    public static TheoryData<string, int?, string, LlmFaultKind, string?> Anthropic => new()
    {
        { "anthropic", 429, AnthropicBody("rate_limit_error", "This request would exceed your rate limit."), RateLimited, "rate_limit_error" },
        { "anthropic", 402, AnthropicBody("billing_error", "Payment is due."), QuotaExhausted, "billing_error" },
        { "anthropic", 400, AnthropicBody("invalid_request_error", "You have reached your specified API usage limits. You will regain access on 2026-02-01 at 00:00 UTC."), QuotaExhausted, "invalid_request_error" },
        { "anthropic", 400, AnthropicBody("invalid_request_error", "You have reached your specified workspace API usage limits."), QuotaExhausted, "invalid_request_error" },
        { "anthropic", 400, AnthropicBody("invalid_request_error", "Your credit balance is too low to access the Anthropic API."), QuotaExhausted, "invalid_request_error" },
        { "anthropic", 429, """{"type":"error","error":{"type":"rate_limit_error","message":"Limit.","details":{"error_code":"enforced_spend_limit_reached"}},"request_id":"req_1"}""", QuotaExhausted, "enforced_spend_limit_reached" },
        { "anthropic", 429, AnthropicBody("rate_limit_error", "Your organization's monthly spend limit is reached."), QuotaExhausted, "rate_limit_error" },
        { "anthropic", 529, AnthropicBody("overloaded_error", "Overloaded"), Overloaded, "overloaded_error" },
        { "anthropic", 500, AnthropicBody("api_error", "Internal server error"), ServerError, "api_error" },
        { "anthropic", 409, AnthropicBody("conflict_error", "Conflict"), ServerError, "conflict_error" },
        { "anthropic", 504, AnthropicBody("timeout_error", "Timed out"), LlmFaultKind.Timeout, "timeout_error" },
        { "anthropic", 401, AnthropicBody("authentication_error", "invalid x-api-key"), Authentication, "authentication_error" },
        { "anthropic", 403, AnthropicBody("permission_error", "No."), Authentication, "permission_error" },
        { "anthropic", 404, AnthropicBody("not_found_error", "model: claude-99"), ModelUnavailable, "not_found_error" },
        { "anthropic", 400, AnthropicBody("invalid_request_error", "prompt is too long: 210000 tokens > 200000 maximum"), ContextTooLong, "invalid_request_error" },
        { "anthropic", 400, AnthropicBody("invalid_request_error", "input length and `max_tokens` exceed context limit: 178959 + 64000 > 200000"), ContextTooLong, "invalid_request_error" },
        { "anthropic", 413, AnthropicBody("request_too_large", "Request exceeds the maximum size"), RequestTooLarge, "request_too_large" },
        { "anthropic", 400, AnthropicBody("invalid_request_error", "messages: at least one message is required"), InvalidRequest, "invalid_request_error" },

        // Events of a stream that began with 200, and exceptions that lost the status.
        { "anthropic", 200, AnthropicBody("overloaded_error", "Overloaded"), Overloaded, "overloaded_error" },
        { "anthropic", 200, AnthropicBody("api_error", "Internal server error"), ServerError, "api_error" },
        { "anthropic", 200, AnthropicBody("timeout_error", "Timed out"), LlmFaultKind.Timeout, "timeout_error" },
        { "anthropic", 200, AnthropicBody("rate_limit_error", "Slower."), RateLimited, "rate_limit_error" },
        { "anthropic", null, AnthropicBody("authentication_error", "invalid x-api-key"), Authentication, "authentication_error" },
        { "anthropic", null, AnthropicBody("invalid_request_error", "prompt is too long: 2 tokens > 1 maximum"), ContextTooLong, "invalid_request_error" },
        { "openai", 200, OpenAiBody("The server had an error", "server_error", null), ServerError, "server_error" },
        { "openai", 200, OpenAiBody(Quota, "insufficient_quota", "insufficient_quota"), QuotaExhausted, "insufficient_quota" },
        { "openai", 200, OpenAiBody("Limit", "requests", "rate_limit_exceeded"), RateLimited, "rate_limit_exceeded" },
        { "gemini", 200, """{"error":{"code":503,"message":"The model is overloaded.","status":"UNAVAILABLE"}}""", Overloaded, "UNAVAILABLE" },
        { "gemini", 200, """{"error":{"code":500,"message":"An internal error has occurred.","status":"INTERNAL"}}""", ServerError, "INTERNAL" },
    };

    public static TheoryData<string, int?, string, LlmFaultKind, string?> Gemini => new()
    {
        { "gemini", 429, GeminiQuota("GenerateRequestsPerMinutePerProjectPerModel-FreeTier", "15", "20.04466179s"), RateLimited, "RESOURCE_EXHAUSTED" },
        { "gemini", 429, GeminiQuota("GenerateRequestsPerDayPerProjectPerModel-FreeTier", "250", "36s"), QuotaExhausted, "RESOURCE_EXHAUSTED" },
        { "gemini", 429, GeminiQuota("GenerateRequestsPerMinutePerProjectPerModel-FreeTier", "0", "45s"), QuotaExhausted, "RESOURCE_EXHAUSTED" },
        { "gemini", 429, GeminiQuota("GenerateContentInputTokensPerModelPerMinute", "4000000", "601s"), QuotaExhausted, "RESOURCE_EXHAUSTED" },
        { "gemini", 429, """{"error":{"code":429,"message":"Quota exceeded for metric: free_tier_requests, limit: 0, model: gemini-3-pro\nPlease retry in 45s.","status":"RESOURCE_EXHAUSTED"}}""", QuotaExhausted, "RESOURCE_EXHAUSTED" },
        { "gemini", 429, """{"error":{"code":429,"message":"Quota exceeded for metric: free_tier_requests, limit: 0.5, model: gemini-3-pro","status":"RESOURCE_EXHAUSTED"}}""", RateLimited, "RESOURCE_EXHAUSTED" },
        { "gemini", 429, """[{"error":{"code":429,"message":"Resource has been exhausted (e.g. check quota).","status":"RESOURCE_EXHAUSTED"}}]""", RateLimited, "RESOURCE_EXHAUSTED" },
        { "gemini", 402, """{"error":{"code":402,"message":"Billing is not enabled.","status":"FAILED_PRECONDITION"}}""", QuotaExhausted, "FAILED_PRECONDITION" },
        { "gemini", 503, """{"error":{"code":503,"message":"The model is overloaded.","status":"UNAVAILABLE"}}""", Overloaded, "UNAVAILABLE" },
        { "gemini", 500, """{"error":{"code":500,"message":"An internal error has occurred.","status":"INTERNAL"}}""", ServerError, "INTERNAL" },
        { "gemini", 504, """{"error":{"code":504,"message":"Deadline exceeded.","status":"DEADLINE_EXCEEDED"}}""", LlmFaultKind.Timeout, "DEADLINE_EXCEEDED" },
        { "gemini", 400, """{"error":{"code":400,"message":"API key not valid.","status":"INVALID_ARGUMENT","details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"API_KEY_INVALID","domain":"googleapis.com"}]}}""", Authentication, "API_KEY_INVALID" },
        { "gemini", 400, """{"error":{"code":400,"message":"User location is not supported for the API use.","status":"FAILED_PRECONDITION"}}""", Authentication, "FAILED_PRECONDITION" },
        { "gemini", 403, """{"error":{"code":403,"message":"Your API key was reported as leaked.","status":"PERMISSION_DENIED"}}""", Authentication, "PERMISSION_DENIED" },
        { "gemini", 404, """{"error":{"code":404,"message":"models/gemini-99 is not found","status":"NOT_FOUND"}}""", ModelUnavailable, "NOT_FOUND" },
        { "gemini", 400, """{"error":{"code":400,"message":"The input token count (3475108) exceeds the maximum number of tokens allowed (1048576).","status":"INVALID_ARGUMENT"}}""", ContextTooLong, "INVALID_ARGUMENT" },
        { "gemini", 400, """{"error":{"code":400,"message":"Invalid JSON payload received.","status":"INVALID_ARGUMENT"}}""", InvalidRequest, "INVALID_ARGUMENT" },
        { "gemini", 200, """{"promptFeedback":{"blockReason":"OTHER"},"usageMetadata":{"promptTokenCount":4}}""", ContentFiltered, "OTHER" },
    };

    [Theory, MemberData(nameof(OpenAi)), MemberData(nameof(Anthropic)), MemberData(nameof(Gemini))]
    [Guarantee("LlmFallback", 2)]
    public void A_fault_is_what_the_provider_said_on_the_wire(string provider, int? status, string body, LlmFaultKind kind, string? code)
    {
        var fault = Evidence.Judge(Evidence.Of(provider, status, body));

        fault.Kind.Should().Be(kind);
        fault.Code.Should().Be(code);
    }

    [Theory]
    [InlineData(400, InvalidRequest), InlineData(405, InvalidRequest), InlineData(415, InvalidRequest), InlineData(422, InvalidRequest)]
    [InlineData(401, Authentication), InlineData(403, Authentication), InlineData(402, QuotaExhausted), InlineData(404, ModelUnavailable)]
    [InlineData(408, LlmFaultKind.Timeout), InlineData(504, LlmFaultKind.Timeout), InlineData(409, ServerError), InlineData(413, RequestTooLarge), InlineData(429, RateLimited)]
    [InlineData(500, ServerError), InlineData(502, ServerError), InlineData(503, ServerError), InlineData(599, ServerError), InlineData(529, Overloaded)]
    [InlineData(418, Unknown), InlineData(302, Unknown), InlineData(200, Unknown)]
    [Guarantee("LlmFallback", 2)]
    public void Without_a_readable_body_the_status_decides(int status, LlmFaultKind kind)
    {
        string?[] bodies = ["", "<html><body>Bad Gateway</body></html>", "{", "[[[", "{\"error\":", "null", "\"error\"", "{\"error\":{\"code\":\"\\ud800\"}}", new string('[', 500)];
        foreach (var body in bodies)
        {
            var fault = Evidence.Judge(Evidence.Of("openai", status, body, ("x-request-id", "req_7")));
            fault.Kind.Should().Be(kind);
            fault.RequestId.Should().Be("req_7");
        }
    }

    [Theory]
    [InlineData("content_filter"), InlineData("refusal"), InlineData("SAFETY"), InlineData("PROHIBITED_CONTENT"), InlineData("BLOCKLIST"), InlineData("RECITATION")]
    public void A_refusing_finish_reason_is_a_content_filter(string reason)
        => Evidence.Judge(Evidence.Of("gemini", 200, "") with { FinishReason = reason }).Should().BeEquivalentTo(new LlmFault(ContentFiltered, reason));

    [Theory]
    [InlineData("req_1", "request-id", "req_1"), InlineData("req_2", "X-Request-Id", "req_2"), InlineData("req_3", "apim-request-id", "req_3"), InlineData("req_body", "date", "no id")]
    public void The_request_id_is_found_in_headers_and_body(string expected, string header, string value)
        => Evidence.Judge(Evidence.Of("anthropic", 500, """{"type":"error","error":{"type":"api_error","message":"m"},"request_id":"req_body"}""", (header, value))).RequestId.Should().Be(expected);

    [Fact]
    public void What_is_a_sentence_is_no_code()
    {
        var fault = Evidence.Judge(Evidence.Of("proxy", 500, OpenAiBody("m", "My name is Ada", new string('x', 101))));

        fault.Should().BeEquivalentTo(new LlmFault(ServerError));
    }

    [Fact]
    public void A_body_that_is_cut_says_what_came_before()
    {
        var body = OpenAiBody(new string('a', 70_000), "insufficient_quota", "insufficient_quota").Replace("\"message\"", "\"code\":\"credit_balance_exhausted\",\"message\"", StringComparison.Ordinal);

        Evidence.Judge(Evidence.Of("openai", 429, body[..65_536])).Kind.Should().Be(QuotaExhausted);
    }

    private static string OpenAiBody(string message, string? type, string? code)
        => $$$"""{"error":{"message":"{{{message}}}","type":{{{Quoted(type)}}},"param":null,"code":{{{Quoted(code)}}}}}""";

    private static string AnthropicBody(string type, string message) => $$"""{"type":"error","error":{"type":"{{type}}","message":"{{message}}"},"request_id":"req_1"}""";

    private static string GeminiQuota(string id, string value, string delay) => $$$"""
        {"error":{"code":429,"message":"{{{Quota}}}","status":"RESOURCE_EXHAUSTED","details":[
        {"@type":"type.googleapis.com/google.rpc.QuotaFailure","violations":[{"quotaMetric":"generativelanguage.googleapis.com/generate_requests","quotaId":"{{{id}}}","quotaValue":"{{{value}}}"}]},
        {"@type":"type.googleapis.com/google.rpc.Help","links":[{"description":"Learn more about Gemini API quotas","url":"https://ai.google.dev/gemini-api/docs/rate-limits"}]},
        {"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"{{{delay}}}"}]}}
        """;

    private static string Quoted(string? text) => text is null ? "null" : $"\"{text}\"";
}
