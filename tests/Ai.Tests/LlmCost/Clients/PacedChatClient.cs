using Microsoft.Extensions.AI;

namespace Ai.Tests.LlmCost;

/// <summary>A model that streams pieces, and before each does what it is told to: have it there, let the reader wait for it, or throw. Usage comes with the last.</summary>
internal sealed class PacedChatClient(Func<int, ValueTask> pace, params string[] pieces) : IChatClient, IAsyncEnumerable<ChatResponseUpdate>
{
    public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) => this;

    public IAsyncEnumerator<ChatResponseUpdate> GetAsyncEnumerator(CancellationToken cancellationToken = default) => new Reading(pace, pieces);

    public object? GetService(Type serviceType, object? serviceKey = null) => null;

    public void Dispose()
    {
    }

    /// <summary>By hand, for an iterator's faults all come by way of its task.</summary>
    private sealed class Reading(Func<int, ValueTask> pace, string[] pieces) : IAsyncEnumerator<ChatResponseUpdate>
    {
        private int _at = -1;

        public ChatResponseUpdate Current => _at == pieces.Length - 1
            ? new(ChatRole.Assistant, [new TextContent(pieces[_at]), new UsageContent(new() { InputTokenCount = 12, OutputTokenCount = 5 })]) { FinishReason = ChatFinishReason.Stop }
            : new(ChatRole.Assistant, pieces[_at]);

        public ValueTask<bool> MoveNextAsync()
        {
            var pacing = pace(++_at);
            return pacing.IsCompletedSuccessfully ? new(_at < pieces.Length) : new(WaitAsync(pacing));
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;

        private async Task<bool> WaitAsync(ValueTask pacing)
        {
            await pacing;
            return _at < pieces.Length;
        }
    }
}
