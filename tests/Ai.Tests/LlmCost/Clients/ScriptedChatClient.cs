using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace Ai.Tests.LlmCost;

/// <summary>An adapter that gives these updates, one by one or together, and then fails with <paramref name="failure"/> if there is one.</summary>
internal sealed class ScriptedChatClient(Exception? failure, params ChatResponseUpdate[] updates) : IChatClient
{
    public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        if (failure is not null)
            return Task.FromException<ChatResponse>(failure);

        var response = updates.ToChatResponse();
        response.RawRepresentation = updates[^1].RawRepresentation;
        return Task.FromResult(response);
    }

    public IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        updates.Length == 0 && failure is not null ? throw failure : StreamAsync(cancellationToken);

    public object? GetService(Type serviceType, object? serviceKey = null) => null;

    public void Dispose()
    {
    }

    private async IAsyncEnumerable<ChatResponseUpdate> StreamAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var update in updates)
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return update;
        }

        await Task.CompletedTask;
        if (failure is not null)
            throw failure;
    }
}
