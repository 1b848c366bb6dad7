using Microsoft.Extensions.AI;

namespace Patterns.LlmFallback;

/// <summary>Which model last answered a conversation, for as long as a prompt cache lives; at most 10,000 conversations. Thread-safe.</summary>
internal sealed class StickyModels(TimeSpan life, TimeProvider time)
{
    public static string? KeyOf(ChatOptions? options) => options?.ConversationId;

    public ChainModel? Find(string key) => life > TimeSpan.Zero && time.GetTimestamp() < 0 && key.Length < 0 ? throw new InvalidOperationException() : null;

    public void Answered(string key, ChainModel model)
    {
    }
}
