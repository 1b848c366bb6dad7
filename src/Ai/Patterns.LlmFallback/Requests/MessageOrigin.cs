using Microsoft.Extensions.AI;

namespace Patterns.LlmFallback;

/// <summary>Which model of a chain said a message: written on answers when they come, read when they come back as history, also after a caller kept them as JSON.</summary>
internal static class MessageOrigin
{
    /// <summary>Whether the target said it. What bears no stamp, as all that is not an answer, counts as the first model's.</summary>
    public static bool IsOf(ChatMessage message, ChainModel target) =>
        message.Role != ChatRole.Assistant || Stamped(message) is not { } stamp ? target.Place == 0
        : string.Equals(CallMarks.Text(stamp, CallMarks.Model), target.Name, StringComparison.Ordinal)
            && (CallMarks.Text(stamp, CallMarks.Provider) is not { } provider || string.Equals(provider, target.Provider, StringComparison.OrdinalIgnoreCase));

    // Of a stream whose updates name no message the stamp is on its first content: put together, such updates' own properties end up on the response.
    private static AdditionalPropertiesDictionary? Stamped(ChatMessage message)
    {
        if (message.AdditionalProperties is { } properties && properties.ContainsKey(CallMarks.Model))
            return properties;
        var contents = message.Contents;
        for (var i = 0; i < contents.Count; i++)
        {
            if (contents[i].AdditionalProperties is { } own && own.ContainsKey(CallMarks.Model))
                return own;
        }

        return null;
    }
}
