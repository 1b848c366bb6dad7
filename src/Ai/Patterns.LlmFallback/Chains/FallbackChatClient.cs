using Microsoft.Extensions.AI;

namespace Patterns.LlmFallback;

/// <summary>A chain, as applications see it.</summary>
internal sealed class FallbackChatClient(Chain chain) : IChatClient
{
    public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(messages);
        return cancellationToken.IsCancellationRequested ? Task.FromCanceled<ChatResponse>(cancellationToken) : new AnswerCall(chain, messages, options, cancellationToken).RunAsync();
    }

    public IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(messages);
        return new FallbackStream(chain, messages, options, cancellationToken);
    }

    /// <summary>Itself; else what the first model's client says (its metadata), but for what is asked by key, which is between a chain and its clients.</summary>
    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        if (serviceKey is not null)
            return null;
        return serviceType.IsInstanceOfType(this) ? this : serviceType == typeof(ChatClientMetadata) ? chain.Models[0].Client.GetService(serviceType) : null;
    }

    /// <summary>Does nothing: the clients belong to whoever made them, and chains may share them.</summary>
    public void Dispose()
    {
    }
}
