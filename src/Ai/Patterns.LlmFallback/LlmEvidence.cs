namespace Patterns.LlmFallback;

/// <summary>What is known of a failed attempt from the wire. All of it may be absent; what is there is judged.</summary>
/// <param name="Provider">The provider as declared in <see cref="LlmModelOptions.Provider"/>, such as <c>openai</c>, <c>azure</c>, <c>anthropic</c>, <c>gemini</c>.</param>
/// <param name="Status">The HTTP status; null when no response came. An error event within a stream has the status of the stream's response.</param>
/// <param name="Headers">The response's headers, names compared without case.</param>
/// <param name="Body">The error body or the data of the error event, at most the first 64 KiB.</param>
/// <param name="Exception">What the provider's SDK threw.</param>
public sealed record LlmEvidence(string? Provider, int? Status, IReadOnlyDictionary<string, string> Headers, ReadOnlyMemory<byte> Body, Exception? Exception)
{
    /// <summary>The finish reason of an answer that came, in the provider's or in the abstraction's words (<c>content_filter</c>, <c>refusal</c>, <c>SAFETY</c>); null when there was none.</summary>
    public string? FinishReason { get; init; }
}
