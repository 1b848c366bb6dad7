using System.Globalization;
using Microsoft.Extensions.AI;

namespace Patterns.LlmFallback;

/// <summary>The ids of one history's tool calls as a target is told them. Ids that the target gave itself stay, and so do those that its provider takes.</summary>
internal sealed class CrossingIds(IReadOnlyList<ChatMessage> messages, ChainModel target)
{
    private HashSet<string>? _own;
    private int _namelessCalls;
    private int _namelessResults;

    public string OfCall(string id) => Of(id, ref _namelessCalls);

    public string OfResult(string id) => Of(id, ref _namelessResults);

    private string Of(string id, ref int nameless)
    {
        if (ToolCallIds.Takes(target.Provider, id) || (_own ??= Own()).Contains(id))
            return id;
        // Some clients give calls no id; there a result belongs to the call of the same place in the order.
        return ToolCallIds.Digest(target.Provider, id.Length > 0 ? id : (++nameless).ToString(CultureInfo.InvariantCulture).PadLeft(8, '\0'));
    }

    private HashSet<string> Own() =>
    [
        .. messages.Where(message => MessageOrigin.IsOf(message, target)).SelectMany(static message => message.Contents).OfType<FunctionCallContent>().Select(static call => call.CallId),
    ];
}
