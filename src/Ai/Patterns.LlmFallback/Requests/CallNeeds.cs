using Microsoft.Extensions.AI;

namespace Patterns.LlmFallback;

/// <summary>What a call needs of a model; worked out once per call, before any attempt.</summary>
internal sealed class CallNeeds
{
    public LlmFeatures Features { get; private init; }

    public long InputTokens { get; private init; }

    public long Bytes { get; private init; }

    public long? OutputTokens { get; private init; }

    /// <summary>Whether the conversation is held by the provider or uses tools that it hosts: then it never crosses providers.</summary>
    public bool IsBound { get; private init; }

    public static CallNeeds Of(IReadOnlyList<ChatMessage> messages, ChatOptions? options, bool streamed, Func<IReadOnlyList<ChatMessage>, ChatOptions?, long>? count)
        => new() { InputTokens = count?.Invoke(messages, options) ?? 0, Features = streamed ? LlmFeatures.Streaming : LlmFeatures.None };

    /// <summary>Why the model cannot serve the call (<c>lacks_vision</c>, <c>context_window</c>, <c>output_limit</c>); null when it can.</summary>
    public string? MissingFrom(LlmModelOptions model) => null;
}
