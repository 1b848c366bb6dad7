using System.Text.Json.Nodes;

namespace LoopbackModels;

/// <summary>OpenAI's Chat Completions, and Azure's form of them (API reference of OpenAI; Azure adds filter results and other headers).</summary>
internal sealed class OpenAiWire(bool azure) : WireFormat
{
    private const long Created = 1_760_000_000;

    public override JsonNode Whole(ModelAnswer answer, string model)
    {
        var calls = new JsonArray([.. answer.Parts.OfType<ToolCallPart>().Select(ToolCall)]);
        var message = new JsonObject
        {
            ["role"] = "assistant",
            ["content"] = answer.Parts.Any(static p => p is TextPart) ? answer.WholeText : null,
            ["refusal"] = null,
            ["annotations"] = new JsonArray(),
        };
        if (calls.Count > 0)
            message["tool_calls"] = calls;
        var choice = new JsonObject { ["index"] = 0, ["message"] = message, ["logprobs"] = null, ["finish_reason"] = Finish(answer) };
        var body = new JsonObject
        {
            ["id"] = $"chatcmpl-{answer.Id}",
            ["object"] = "chat.completion",
            ["created"] = Created,
            ["model"] = model,
            ["choices"] = new JsonArray(choice),
            ["usage"] = Usage(answer.Usage ?? new()),
            ["service_tier"] = answer.Usage?.Tier ?? "default",
            ["system_fingerprint"] = "fp_44709d6fcb",
        };
        if (azure)
            (choice["content_filter_results"], body["prompt_filter_results"]) = (FilterResults(), PromptFilterResults());
        return body;
    }

    public override IEnumerable<(string Name, string Value)> Headers(int number, int status)
    {
        yield return ("x-request-id", $"req_{number:x8}");
        if (azure)
        {
            yield return ("apim-request-id", $"00000000-0000-4000-8000-{number:x12}");
            yield return ("x-ms-region", "Sweden Central");
        }
        else
        {
            yield return ("openai-version", "2020-10-01");
            yield return ("openai-processing-ms", "42");
            yield return ("x-ratelimit-reset-requests", "6ms");
            yield return ("x-ratelimit-reset-tokens", "12ms");
        }
        yield return ("x-ratelimit-limit-requests", "10000");
        yield return ("x-ratelimit-limit-tokens", "2000000");
        yield return ("x-ratelimit-remaining-requests", "9999");
        yield return ("x-ratelimit-remaining-tokens", "1999975");
    }

    public override ModelError Condition(ModelCondition condition) => condition switch
    {
        ModelCondition.RateLimited => (ModelError)(azure ? AzureErrors.RateLimited : OpenAiErrors.RateLimitedRequests).With("retry-after", "20"),
        ModelCondition.OutOfQuota => OpenAiErrors.InsufficientQuota,
        ModelCondition.Overloaded => OpenAiErrors.Overloaded,
        ModelCondition.Unauthorized => azure ? AzureErrors.Unauthorized : OpenAiErrors.InvalidKey,
        _ => OpenAiErrors.ServerError,
    };

    protected override IEnumerable<Frame> Events(ModelAnswer answer, string model, bool usageAsked)
    {
        if (azure)
        {
            yield return Frame.Data(new JsonObject
            {
                ["choices"] = new JsonArray(), ["created"] = 0, ["id"] = "", ["model"] = "", ["object"] = "", ["prompt_filter_results"] = PromptFilterResults(),
            });
        }
        yield return Delta(new() { ["role"] = "assistant", ["content"] = "", ["refusal"] = null });
        var call = -1;
        foreach (var part in answer.Parts)
        {
            switch (part)
            {
                case TextPart text:
                    foreach (var piece in text.Pieces)
                        yield return Delta(new() { ["content"] = piece }, isPiece: true);
                    break;
                case ToolCallPart tool:
                    call++;
                    var function = new JsonObject { ["name"] = tool.Name, ["arguments"] = "" };
                    yield return Call(new() { ["index"] = call, ["id"] = tool.Id, ["type"] = "function", ["function"] = function });
                    var half = tool.Arguments.Length / 2;
                    yield return Call(new() { ["index"] = call, ["function"] = new JsonObject { ["arguments"] = tool.Arguments[..half] } });
                    yield return Call(new() { ["index"] = call, ["function"] = new JsonObject { ["arguments"] = tool.Arguments[half..] } });
                    break;
                default:
                    break;
            }
        }
        yield return Delta([], finish: Finish(answer));
        if (usageAsked && answer.Usage is { } usage)
            yield return Frame.Data(Chunk([], Usage(usage)));
        yield return Frame.Data("[DONE]");

        Frame Call(JsonObject delta) => Delta(new() { ["tool_calls"] = new JsonArray(delta) }, isPiece: true);

        Frame Delta(JsonObject delta, string? finish = null, bool isPiece = false)
        {
            var choice = new JsonObject { ["index"] = 0, ["delta"] = delta, ["logprobs"] = null, ["finish_reason"] = finish };
            if (azure)
                choice["content_filter_results"] = isPiece ? FilterResults() : new JsonObject();
            return Frame.Data(Chunk([choice], null), isPiece);
        }

        JsonObject Chunk(JsonArray choices, JsonNode? used)
        {
            var chunk = new JsonObject
            {
                ["id"] = $"chatcmpl-{answer.Id}",
                ["object"] = "chat.completion.chunk",
                ["created"] = Created,
                ["model"] = model,
                ["service_tier"] = answer.Usage?.Tier ?? "default",
                ["system_fingerprint"] = "fp_44709d6fcb",
                ["choices"] = choices,
            };
            if (usageAsked)
                chunk["usage"] = used;
            return chunk;
        }
    }

    protected override Frame Error(string body) => Frame.Data(body);

    private static JsonObject ToolCall(ToolCallPart call) => new()
    {
        ["id"] = call.Id,
        ["type"] = "function",
        ["function"] = new JsonObject { ["name"] = call.Name, ["arguments"] = call.Arguments },
    };

    private static string Finish(ModelAnswer answer) => answer.Finish ?? (answer.Parts.Any(static p => p is ToolCallPart) ? "tool_calls" : "stop");

    // Cached tokens are part of the prompt's, reasoning and audio part of the completion's.
    private static JsonObject Usage(ModelUsage usage)
    {
        var prompt = usage.Input + usage.CacheRead + usage.CacheWrite5m + usage.CacheWrite1h;
        return new()
        {
            ["prompt_tokens"] = prompt,
            ["completion_tokens"] = usage.Output,
            ["total_tokens"] = prompt + usage.Output,
            ["prompt_tokens_details"] = new JsonObject { ["cached_tokens"] = usage.CacheRead, ["audio_tokens"] = usage.AudioInput },
            ["completion_tokens_details"] = new JsonObject
            {
                ["reasoning_tokens"] = usage.Reasoning, ["audio_tokens"] = usage.AudioOutput, ["accepted_prediction_tokens"] = 0, ["rejected_prediction_tokens"] = 0,
            },
        };
    }

    private static JsonArray PromptFilterResults() => new(new JsonObject { ["prompt_index"] = 0, ["content_filter_results"] = FilterResults() });

    private static JsonObject FilterResults() => new()
    {
        ["hate"] = Safe(), ["self_harm"] = Safe(), ["sexual"] = Safe(), ["violence"] = Safe(),
    };

    private static JsonObject Safe() => new() { ["filtered"] = false, ["severity"] = "safe" };
}
