using Microsoft.Extensions.AI;

namespace Patterns.LlmFallback;

/// <summary>A streamed answer that is not asked for before it is read; each reading is a call of its own.</summary>
internal sealed class FallbackStream(Chain chain, IEnumerable<ChatMessage> messages, ChatOptions? options, CancellationToken cancellationToken) : IAsyncEnumerable<ChatResponseUpdate>
{
    public IAsyncEnumerator<ChatResponseUpdate> GetAsyncEnumerator(CancellationToken ofEnumerator = default) => new StreamFlow(chain, messages, options, cancellationToken, ofEnumerator);
}
