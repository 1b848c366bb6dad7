using System.Text.Json.Nodes;

namespace LoopbackModels;

/// <summary>How one provider writes.</summary>
internal abstract class WireFormat
{
    public static WireFormat Of(ModelApi api) => api switch
    {
        ModelApi.OpenAi => new OpenAiWire(azure: false),
        ModelApi.Azure => new OpenAiWire(azure: true),
        ModelApi.Anthropic => new AnthropicWire(),
        ModelApi.Gemini => new GeminiWire(),
        _ => throw new ArgumentOutOfRangeException(nameof(api), api, "There is no such wire format."),
    };

    /// <summary>The body of an answer that is not streamed.</summary>
    public abstract JsonNode Whole(ModelAnswer answer, string model);

    /// <summary>The events of a streamed answer. An error event, where the answer has one, ends it.</summary>
    public IEnumerable<Frame> Stream(ModelAnswer answer, string model, bool usageAsked)
    {
        var pieces = 0;
        foreach (var frame in Events(answer, model, usageAsked))
        {
            if (frame.IsPiece && answer.Fails is var (piece, body) && pieces++ == piece)
            {
                yield return Error(body);
                yield break;
            }
            yield return frame;
        }
    }

    /// <summary>The headers of every response.</summary>
    public abstract IEnumerable<(string Name, string Value)> Headers(int number, int status);

    /// <summary>What the provider answers in a condition other than healthy, slow, dying or down.</summary>
    public abstract ModelError Condition(ModelCondition condition);

    protected abstract IEnumerable<Frame> Events(ModelAnswer answer, string model, bool usageAsked);

    protected abstract Frame Error(string body);
}
