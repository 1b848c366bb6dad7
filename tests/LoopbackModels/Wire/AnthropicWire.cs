using System.Globalization;
using System.Text.Json.Nodes;

namespace LoopbackModels;

/// <summary>Anthropic's Messages (API reference of the Claude documentation).</summary>
internal sealed class AnthropicWire : WireFormat
{
    public override JsonNode Whole(ModelAnswer answer, string model)
    {
        var body = Message(answer, model);
        body["content"] = new JsonArray([.. answer.Parts.Select(Block)]);
        body["stop_reason"] = Finish(answer);
        body["usage"] = Usage(answer.Usage ?? new(), (answer.Usage ?? new()).Output);
        return body;
    }

    public override IEnumerable<(string Name, string Value)> Headers(int number, int status)
    {
        yield return ("request-id", $"req_{number:x24}");
        yield return ("anthropic-organization-id", "00000000-0000-4000-8000-000000000001");
        foreach (var (limit, most) in new[] { ("requests", 4000), ("tokens", 500_000), ("input-tokens", 400_000), ("output-tokens", 80_000) })
        {
            yield return ($"anthropic-ratelimit-{limit}-limit", most.ToString(CultureInfo.InvariantCulture));
            yield return ($"anthropic-ratelimit-{limit}-remaining", (most - 1).ToString(CultureInfo.InvariantCulture));
            yield return ($"anthropic-ratelimit-{limit}-reset", "2026-01-15T12:00:01Z");
        }
    }

    public override ModelError Condition(ModelCondition condition) => condition switch
    {
        ModelCondition.RateLimited => (ModelError)AnthropicErrors.RateLimited.With("retry-after", "20"),
        ModelCondition.OutOfQuota => AnthropicErrors.CreditsUsedUp,
        ModelCondition.Overloaded => AnthropicErrors.Overloaded,
        ModelCondition.Unauthorized => AnthropicErrors.InvalidKey,
        _ => AnthropicErrors.ApiError,
    };

    protected override IEnumerable<Frame> Events(ModelAnswer answer, string model, bool usageAsked)
    {
        var usage = answer.Usage ?? new();
        var message = Message(answer, model);
        (message["content"], message["stop_reason"], message["usage"]) = (new JsonArray(), null, Usage(usage, Math.Min(1, usage.Output)));
        yield return Frame.Event("message_start", new JsonObject { ["type"] = "message_start", ["message"] = message });
        for (var i = 0; i < answer.Parts.Count; i++)
        {
            var part = answer.Parts[i];
            yield return Frame.Event("content_block_start", new JsonObject { ["type"] = "content_block_start", ["index"] = i, ["content_block"] = Opening(part) });
            if (i == 0)
                yield return Frame.Event("ping", new JsonObject { ["type"] = "ping" });
            foreach (var (delta, isPiece) in Deltas(part))
                yield return Frame.Event("content_block_delta", new JsonObject { ["type"] = "content_block_delta", ["index"] = i, ["delta"] = delta }, isPiece);
            yield return Frame.Event("content_block_stop", new JsonObject { ["type"] = "content_block_stop", ["index"] = i });
        }
        var end = new JsonObject
        {
            ["type"] = "message_delta",
            ["delta"] = new JsonObject { ["stop_reason"] = Finish(answer), ["stop_sequence"] = null },
        };
        end["usage"] = answer.Usage is null ? new JsonObject { ["output_tokens"] = 0 } : Totals(usage, usage.Output);
        yield return Frame.Event("message_delta", end);
        yield return Frame.Event("message_stop", new JsonObject { ["type"] = "message_stop" });
    }

    protected override Frame Error(string body) => Frame.Event("error", body);

    private static JsonObject Message(ModelAnswer answer, string model) => new()
    {
        ["id"] = $"msg_{answer.Id}",
        ["type"] = "message",
        ["role"] = "assistant",
        ["model"] = model,
        ["content"] = null,
        ["stop_reason"] = null,
        ["stop_sequence"] = null,
        ["usage"] = null,
    };

    private static JsonObject Block(AnswerPart part)
    {
        var block = Opening(part);
        switch (part)
        {
            case TextPart text:
                block["text"] = string.Concat(text.Pieces);
                break;
            case ReasoningPart thought:
                (block["thinking"], block["signature"]) = (string.Concat(thought.Pieces), thought.Signature);
                break;
            case ToolCallPart call:
                block["input"] = JsonNode.Parse(call.Arguments);
                break;
            default:
                break;
        }
        return block;
    }

    private static JsonObject Opening(AnswerPart part) => part switch
    {
        TextPart => new() { ["type"] = "text", ["text"] = "" },
        ReasoningPart => new() { ["type"] = "thinking", ["thinking"] = "", ["signature"] = "" },
        ToolCallPart call => new() { ["type"] = "tool_use", ["id"] = call.Id, ["name"] = call.Name, ["input"] = new JsonObject() },
        _ => throw new NotSupportedException($"Anthropic has no block for {part.GetType().Name}."),
    };

    private static IEnumerable<(JsonObject Delta, bool IsPiece)> Deltas(AnswerPart part)
    {
        switch (part)
        {
            case TextPart text:
                foreach (var piece in text.Pieces)
                    yield return (new() { ["type"] = "text_delta", ["text"] = piece }, true);
                break;
            case ReasoningPart thought:
                foreach (var piece in thought.Pieces)
                    yield return (new() { ["type"] = "thinking_delta", ["thinking"] = piece }, true);
                yield return (new() { ["type"] = "signature_delta", ["signature"] = thought.Signature }, false);
                break;
            case ToolCallPart call:
                var half = call.Arguments.Length / 2;
                yield return (new() { ["type"] = "input_json_delta", ["partial_json"] = "" }, false);
                yield return (new() { ["type"] = "input_json_delta", ["partial_json"] = call.Arguments[..half] }, true);
                yield return (new() { ["type"] = "input_json_delta", ["partial_json"] = call.Arguments[half..] }, true);
                break;
            default:
                break;
        }
    }

    private static string Finish(ModelAnswer answer) => answer.Finish ?? (answer.Parts.Any(static p => p is ToolCallPart) ? "tool_use" : "end_turn");

    private static JsonObject Usage(ModelUsage usage, int output)
    {
        var all = Totals(usage, output);
        all["cache_creation"] = new JsonObject { ["ephemeral_5m_input_tokens"] = usage.CacheWrite5m, ["ephemeral_1h_input_tokens"] = usage.CacheWrite1h };
        all["service_tier"] = usage.Tier ?? "standard";
        return all;
    }

    // Input tokens do not hold what came from or went into the cache; output tokens hold the thinking.
    private static JsonObject Totals(ModelUsage usage, int output) => new()
    {
        ["input_tokens"] = usage.Input,
        ["cache_creation_input_tokens"] = usage.CacheWrite5m + usage.CacheWrite1h,
        ["cache_read_input_tokens"] = usage.CacheRead,
        ["output_tokens"] = output,
    };
}
