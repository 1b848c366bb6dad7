using Microsoft.Extensions.AI;

namespace Ai.Benchmarks;

/// <summary>A model that answers at once with the same answer.</summary>
internal sealed class CannedAnswers(int updates) : IChatClient
{
    private readonly Task<ChatResponse> _response = Task.FromResult(new ChatResponse(new ChatMessage(ChatRole.Assistant, "It is sunny."))
    {
        ModelId = "gpt-5-2025-08-07",
        ResponseId = "chatcmpl-1",
        Usage = new() { InputTokenCount = 12, OutputTokenCount = 5, TotalTokenCount = 17 },
    });

    private readonly ChatResponseUpdate[] _updates =
    [
        .. Enumerable.Range(0, updates - 1).Select(static i => new ChatResponseUpdate(ChatRole.Assistant, "word ") { ModelId = "gpt-5-2025-08-07", ResponseId = "chatcmpl-1" }),
        new(ChatRole.Assistant, [new UsageContent(new() { InputTokenCount = 12, OutputTokenCount = 100, TotalTokenCount = 112 })]) { FinishReason = ChatFinishReason.Stop },
    ];

    public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) => _response;

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        foreach (var update in _updates)
            yield return update;
        await Task.CompletedTask;
    }

    public object? GetService(Type serviceType, object? serviceKey = null) => null;

    public void Dispose()
    {
    }
}
