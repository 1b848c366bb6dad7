using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace Ai.Benchmarks;

/// <summary>A model that answers at once, so that all that is measured is what stands around it.</summary>
internal sealed class NoModel : IChatClient
{
    public const int Updates = 100_000;
    private static readonly ChatResponseUpdate First = new(ChatRole.Assistant, "token ") { MessageId = "msg_1" };
    private static readonly ChatResponseUpdate Next = new(ChatRole.Assistant, "token ");
    private static readonly ChatResponseUpdate Last = new() { FinishReason = ChatFinishReason.Stop };

    public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        Task.FromResult(new ChatResponse(new ChatMessage(ChatRole.Assistant, "fine")) { FinishReason = ChatFinishReason.Stop });

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await Task.CompletedTask;
        yield return First;
        for (var i = 2; i < Updates; i++)
            yield return Next;
        yield return Last;
    }

    public object? GetService(Type serviceType, object? serviceKey = null) => null;

    public void Dispose()
    {
    }
}
