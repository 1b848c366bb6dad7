using Microsoft.Extensions.AI;

namespace Ai.Tests.LlmCost;

/// <summary>A provider's adapter that answers with what it was given.</summary>
internal sealed class CannedChatClient(UsageDetails? usage, string model = "canned", params string[] pieces) : IChatClient
{
    public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        Task.FromResult(new ChatResponse(new ChatMessage(ChatRole.Assistant, string.Concat(pieces))) { ModelId = model, Usage = usage, FinishReason = ChatFinishReason.Stop });

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        foreach (var piece in pieces)
            yield return new ChatResponseUpdate(ChatRole.Assistant, piece) { ModelId = model };
        if (usage is not null)
            yield return new ChatResponseUpdate(ChatRole.Assistant, [new UsageContent(usage)]) { ModelId = model, FinishReason = ChatFinishReason.Stop };
        await Task.CompletedTask;
    }

    public object? GetService(Type serviceType, object? serviceKey = null) => null;

    public void Dispose()
    {
    }
}
