using System.Text.Json.Nodes;

namespace LoopbackModels;

/// <summary>Gemini's generateContent (API reference of Google AI for developers). Its events end with CR LF.</summary>
internal sealed class GeminiWire : WireFormat
{
    private const string End = "\r\n\r\n";

    public override JsonNode Whole(ModelAnswer answer, string model)
    {
        var body = Body(answer, model, answer.BlockReason is null ? Candidate(Parts(answer).Select(static p => p.Part), Finish(answer)) : null);
        body["usageMetadata"] = Usage(answer.Usage ?? new(), final: true);
        return body;
    }

    public override IEnumerable<(string Name, string Value)> Headers(int number, int status)
    {
        yield return ("x-goog-request-id", $"{number:x16}");
        yield return ("server-timing", "gfet4t7; dur=421");
        yield return ("vary", "Origin, X-Origin, Referer");
    }

    public override ModelError Condition(ModelCondition condition) => condition switch
    {
        ModelCondition.RateLimited => GeminiErrors.PerMinute("20s"),
        ModelCondition.OutOfQuota => GeminiErrors.PerDay,
        ModelCondition.Overloaded => GeminiErrors.Unavailable,
        ModelCondition.Unauthorized => GeminiErrors.InvalidKey,
        _ => GeminiErrors.Internal,
    };

    protected override IEnumerable<Frame> Events(ModelAnswer answer, string model, bool usageAsked)
    {
        var usage = answer.Usage ?? new();
        if (answer.BlockReason is not null)
        {
            var blocked = Body(answer, model, null);
            blocked["usageMetadata"] = Usage(usage, final: false);
            yield return Frame.Data(blocked, end: End);
            yield break;
        }
        foreach (var (part, isPiece) in Parts(answer, inPieces: true))
        {
            var chunk = Body(answer, model, Candidate([part], null));
            chunk["usageMetadata"] = Usage(usage, final: false);
            yield return Frame.Data(chunk, isPiece, End);
        }
        // The finish reason comes with an empty text.
        var last = Body(answer, model, Candidate([new JsonObject { ["text"] = "" }], Finish(answer)));
        if (answer.Usage is not null)
            last["usageMetadata"] = Usage(usage, final: true);
        yield return Frame.Data(last, end: End);
    }

    protected override Frame Error(string body) => Frame.Data(JsonNode.Parse(body)!, end: End);

    private static JsonObject Body(ModelAnswer answer, string model, JsonObject? candidate)
    {
        var body = new JsonObject();
        if (candidate is not null)
            body["candidates"] = new JsonArray(candidate);
        else
            body["promptFeedback"] = new JsonObject { ["blockReason"] = answer.BlockReason };
        (body["modelVersion"], body["responseId"]) = (model, answer.Id);
        return body;
    }

    private static JsonObject Candidate(IEnumerable<JsonObject> parts, string? finish)
    {
        var candidate = new JsonObject { ["content"] = new JsonObject { ["parts"] = new JsonArray([.. parts]), ["role"] = "model" } };
        if (finish is not null)
            candidate["finishReason"] = finish;
        candidate["index"] = 0;
        return candidate;
    }

    private static IEnumerable<(JsonObject Part, bool IsPiece)> Parts(ModelAnswer answer, bool inPieces = false)
    {
        foreach (var part in answer.Parts)
        {
            switch (part)
            {
                case TextPart text:
                    foreach (var piece in Split(text.Pieces))
                        yield return (new() { ["text"] = piece }, true);
                    break;
                case ReasoningPart thought:
                    foreach (var piece in Split(thought.Pieces))
                        yield return (new() { ["text"] = piece, ["thought"] = true }, true);
                    yield return (new() { ["text"] = "", ["thoughtSignature"] = thought.Signature }, false);
                    break;
                case ToolCallPart call:
                    yield return (new() { ["functionCall"] = new JsonObject { ["id"] = call.Id, ["name"] = call.Name, ["args"] = JsonNode.Parse(call.Arguments) } }, true);
                    break;
                default:
                    break;
            }
        }

        IEnumerable<string> Split(IReadOnlyList<string> pieces) => inPieces ? pieces : [string.Concat(pieces)];
    }

    private static string Finish(ModelAnswer answer) => answer.Finish ?? "STOP";

    // The prompt's count holds the cached tokens; the candidates' count does not hold the thoughts.
    private static JsonObject Usage(ModelUsage usage, bool final)
    {
        var prompt = usage.Input + usage.CacheRead;
        var all = new JsonObject { ["promptTokenCount"] = prompt };
        if (final)
            all["candidatesTokenCount"] = usage.Output - usage.Reasoning;
        all["totalTokenCount"] = final ? prompt + usage.Output : prompt;
        if (usage.CacheRead > 0)
            all["cachedContentTokenCount"] = usage.CacheRead;
        all["promptTokensDetails"] = Modalities(prompt, usage.AudioInput);
        if (final && usage.AudioOutput > 0)
            all["candidatesTokensDetails"] = Modalities(usage.Output - usage.Reasoning, usage.AudioOutput);
        if (final && usage.Reasoning > 0)
            all["thoughtsTokenCount"] = usage.Reasoning;
        return all;
    }

    private static JsonArray Modalities(int all, int audio)
    {
        var modalities = new JsonArray(new JsonObject { ["modality"] = "TEXT", ["tokenCount"] = all - audio });
        if (audio > 0)
            modalities.Add(new JsonObject { ["modality"] = "AUDIO", ["tokenCount"] = audio });
        return modalities;
    }
}
