using Microsoft.Extensions.AI;

namespace Patterns.LlmFallback;

/// <summary>Rewrites copies of messages and options for a model other than the one they come from. What needs no change is passed on as it is, and the caller's objects are never altered.</summary>
internal sealed class HistoryCrossing(IReadOnlyList<ChainModel> models)
{
    private readonly RemovableOption[][] _removals = [.. models.Select(model => RemovableOption.For(model, models[0]))];

    /// <summary>
    /// For a model that did not say them all: reasoning, which its provider signed for one model, raw representations and the calls of hosted tools leave, and ids of tool calls that the target's provider would refuse are
    /// replaced, in calls and results alike.
    /// </summary>
    public static IReadOnlyList<ChatMessage> Messages(IReadOnlyList<ChatMessage> messages, ChainModel target)
    {
        CrossingIds? ids = null;
        List<ChatMessage>? rewritten = null;
        for (var i = 0; i < messages.Count; i++)
        {
            var message = messages[i];
            var isForeign = !MessageOrigin.IsOf(message, target);
            if (isForeign)
                ids ??= new(messages, target);
            var crossed = ids is null ? message : MessageCrossing.Of(message, isForeign, ids);
            if (!ReferenceEquals(crossed, message))
                rewritten ??= [.. messages.Take(i)];
            if (crossed is not null)
                rewritten?.Add(crossed);
        }

        return rewritten ?? messages;
    }

    /// <summary>Without what the target refuses by its declaration, and without what was meant for the first model or its provider only.</summary>
    public ChatOptions? Options(ChatOptions? options, ChainModel target)
    {
        if (options is null)
            return null;
        ChatOptions? copy = null;
        foreach (var removal in _removals[target.Place])
        {
            if (removal.IsSet(options))
                removal.Clear(copy ??= options.Clone());
        }

        return copy ?? options;
    }
}
