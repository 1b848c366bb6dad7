using Microsoft.Extensions.AI;

namespace Patterns.LlmCost;

/// <summary>
/// Reads <see cref="UsageDetails"/>, whose totals hold what was cached, spoken and thought. What they have no member for, adapters put into <see cref="UsageDetails.AdditionalCounts"/> under the names that are read here: those of
/// Microsoft's OpenAI adapter, of Anthropic's own and of the Gemini ones.
/// </summary>
internal static class UsageDetailsReader
{
    public static LlmWireUsage Read(UsageDetails details)
    {
        var written = Count(details, "CacheCreationInputTokens") ?? 0;
        var read = details.CachedInputTokenCount ?? Count(details, "InputTokenDetails.CachedTokenCount") ?? Count(details, "CachedContentTokenCount");
        var counts = new UsageCounts
        {
            Input = details.InputTokenCount ?? 0,
            CacheWrite5m = written,
            Output = details.OutputTokenCount ?? 0,
#pragma warning disable MEAI001 // Audio has no other member, and what adapters put into it would else be priced as text.
            InputAudio = details.InputAudioTokenCount ?? Count(details, "InputTokenDetails.AudioTokenCount") ?? 0,
            OutputAudio = details.OutputAudioTokenCount ?? Count(details, "OutputTokenDetails.AudioTokenCount") ?? 0,
#pragma warning restore MEAI001
            Reasoning = details.ReasoningTokenCount ?? Count(details, "OutputTokenDetails.ReasoningTokenCount") ?? Count(details, "ThoughtsTokenCount") ?? 0,
            WebSearches = Count(details, "WebSearchRequests") ?? 0,
        };
        counts.Explain(details.TotalTokenCount, Count(details, "ToolUsePromptTokenCount") ?? 0);

        // Adapters that copy Anthropic's wire counts under their own names also copy its input count, which leaves both caches out.
        if (read is null && Count(details, "CacheReadInputTokens") is { } apart)
        {
            read = apart;
            counts.Input += apart + written;
        }

        counts.CacheRead = read ?? 0;
        return LlmWireUsage.Of(counts);
    }

    private static long? Count(UsageDetails details, string name) => details.AdditionalCounts is { } counts && counts.TryGetValue(name, out var count) ? count : null;
}
