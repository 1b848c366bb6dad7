using Microsoft.Extensions.AI;

namespace Patterns.LlmFallback;

/// <summary>
/// What a call needs of a model. Each part is worked out when a model first makes it matter and then kept, so that a plain question to models that declare nothing costs nothing. Belongs to one call; not thread-safe.
/// </summary>
internal sealed class CallNeeds
{
    private readonly IReadOnlyList<ChatMessage> _messages;
    private readonly ChatOptions? _options;
    private readonly bool _streamed;
    private readonly Func<IReadOnlyList<ChatMessage>, ChatOptions?, long>? _count;
    private RequestKinds? _kinds;
    private RequestSize? _size;
    private long? _inputTokens;

    private CallNeeds(IReadOnlyList<ChatMessage> messages, ChatOptions? options, bool streamed, Func<IReadOnlyList<ChatMessage>, ChatOptions?, long>? count)
        => (_messages, _options, _streamed, _count) = (messages, options, streamed, count);

    public static CallNeeds Of(IReadOnlyList<ChatMessage> messages, ChatOptions? options, bool streamed, Func<IReadOnlyList<ChatMessage>, ChatOptions?, long>? count) => new(messages, options, streamed, count);

    public LlmFeatures Features => Kinds.Features | (_streamed ? LlmFeatures.Streaming : LlmFeatures.None);

    /// <summary>By the chain's own counter, else the estimate.</summary>
    public long InputTokens => _inputTokens ??= _count?.Invoke(_messages, _options) ?? Size.Tokens;

    /// <summary>The least that the request's body can have.</summary>
    public long Bytes => Size.Bytes;

    public long? OutputTokens => _options?.MaxOutputTokens;

    /// <summary>Whether the provider holds the conversation, hosts its tools or keeps its files: then it never crosses providers.</summary>
    public bool IsBound => Kinds.IsBound;

    private RequestKinds Kinds => _kinds ??= RequestKinds.Of(_messages, _options);

    private RequestSize Size => _size ??= RequestSize.Of(_messages, _options);

    /// <summary>Why the model cannot serve the call (<c>lacks_vision</c>, <c>context_window</c>, <c>output_limit</c>, <c>request_bytes</c>; several joined by a comma); null when it can.</summary>
    public string? MissingFrom(LlmModelOptions model)
    {
        string? missing = null;
        if (model.Supports != LlmFeatures.All && (Features & ~model.Supports) is not LlmFeatures.None and var lacking)
            missing = CodesOf(lacking);
        if (OutputTokens > model.MaxOutputTokens)
            missing = Join(missing, "output_limit");
        if (model.ContextWindow is { } window && InputTokens + (OutputTokens ?? 0) > window)
            missing = Join(missing, "context_window");
        if (model.MaxRequestBytes is { } bytes && Bytes > bytes)
            missing = Join(missing, "request_bytes");
        return missing;
    }

    private static string CodesOf(LlmFeatures lacking)
    {
        string? codes = null;
        if (lacking.HasFlag(LlmFeatures.Tools))
            codes = Join(codes, "lacks_tools");
        if (lacking.HasFlag(LlmFeatures.ParallelTools))
            codes = Join(codes, "lacks_parallel_tools");
        if (lacking.HasFlag(LlmFeatures.ForcedToolChoice))
            codes = Join(codes, "lacks_forced_tool_choice");
        if (lacking.HasFlag(LlmFeatures.Vision))
            codes = Join(codes, "lacks_vision");
        if (lacking.HasFlag(LlmFeatures.Audio))
            codes = Join(codes, "lacks_audio");
        if (lacking.HasFlag(LlmFeatures.JsonSchema))
            codes = Join(codes, "lacks_json_schema");
        return lacking.HasFlag(LlmFeatures.Streaming) ? Join(codes, "lacks_streaming") : codes!;
    }

    private static string Join(string? codes, string code) => codes is null ? code : $"{codes},{code}";
}
