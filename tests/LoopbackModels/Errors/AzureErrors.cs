using System.Text.Json.Nodes;

namespace LoopbackModels;

/// <summary>Errors as Azure OpenAI writes them, where they are not OpenAI's.</summary>
public static class AzureErrors
{
    public static ModelError RateLimited => Error(429, "429", "Requests to the ChatCompletions_Create Operation under Azure OpenAI API have exceeded token rate limit of your current OpenAI S0 pricing tier. Please retry after 6 seconds.");

    public static ModelError RateLimitExceeded => Error(429, "RateLimitReached", "Your requests have exceeded the call rate limit of your current OpenAI S0 pricing tier. Please retry after 2 seconds.");

    public static ModelError Unauthorized => Error(401, "401", "Access denied due to invalid subscription key or wrong API endpoint.");

    public static ModelError DeploymentNotFound => Error(404, "DeploymentNotFound", "The API deployment for this resource does not exist. If you created the deployment within the last 5 minutes, please wait a moment and try again.");

    public static ModelError InternalServerError => Error(500, "InternalServerError", "The server had an error while processing your request.");

    public static ModelError ContentFilter => new(400, new JsonObject
    {
        ["error"] = new JsonObject
        {
            ["message"] = "The response was filtered due to the prompt triggering Azure OpenAI's content management policy.",
            ["type"] = null,
            ["param"] = "prompt",
            ["code"] = "content_filter",
            ["status"] = 400,
            ["innererror"] = new JsonObject
            {
                ["code"] = "ResponsibleAIPolicyViolation",
                ["content_filter_result"] = new JsonObject { ["violence"] = new JsonObject { ["filtered"] = true, ["severity"] = "medium" } },
            },
        },
    }.ToJsonString());

    /// <summary>Any error in the form of Azure's own gateway.</summary>
    public static ModelError Error(int status, string code, string message) => new(status, new JsonObject
    {
        ["error"] = new JsonObject { ["code"] = code, ["message"] = message },
    }.ToJsonString());
}
