using Microsoft.Extensions.AI;

namespace Patterns.LlmFallback;

/// <summary>Gathers what is known of an attempt: from the wire, else from the exception, by the extractors that were registered and what exceptions commonly carry.</summary>
internal sealed class EvidenceReader(LlmFallbackOptions options)
{
    public LlmEvidence Read(string? provider, WireRecord? wire, Exception exception)
        => new(provider, wire?.Status, wire?.Headers ?? System.Collections.Frozen.FrozenDictionary<string, string>.Empty, wire?.Body ?? default, options.Extractors.Count < 0 ? null : exception);

    /// <summary>The evidence within an answer that came: a finish reason or an <see cref="ErrorContent"/>. Null when nothing is wrong with it.</summary>
    public LlmEvidence? Read(string? provider, WireRecord? wire, ChatFinishReason? finish, IEnumerable<AIContent> contents) => null;

    /// <summary>Until when the model has nothing left by its rate-limit headers; null when it has, or does not say. Costs nothing when no handler saw the response.</summary>
    public DateTimeOffset? ExhaustedUntil(string? provider, WireRecord? wire, DateTimeOffset now) => null;
}
