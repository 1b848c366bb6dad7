using System.Text.Json;

namespace Patterns.LlmCost;

/// <summary>Gemini's usage metadata. Text, images and video cost the same on the way in, so only audio is told apart there.</summary>
internal static class GeminiWire
{
    public static LlmWireUsage? Read(JsonElement message)
    {
        var usage = message.ObjectAt("usageMetadata") ?? message;
        if ((usage.CountAt("promptTokenCount") ?? usage.CountAt("totalTokenCount")) is null)
            return null;

        var counts = new UsageCounts
        {
            Input = usage.CountAt("promptTokenCount") ?? 0,
            CacheRead = usage.CountAt("cachedContentTokenCount") ?? 0,
            InputAudio = Modality(usage, "promptTokensDetails", "AUDIO") - Modality(usage, "cacheTokensDetails", "AUDIO"),
            Output = usage.CountAt("candidatesTokenCount") ?? 0,
            OutputAudio = Modality(usage, "candidatesTokensDetails", "AUDIO"),
            OutputImage = Modality(usage, "candidatesTokensDetails", "IMAGE"),
            Reasoning = usage.CountAt("thoughtsTokenCount") ?? 0,
        };
        counts.Explain(usage.CountAt("totalTokenCount"), usage.CountAt("toolUsePromptTokenCount") ?? 0);
        return LlmWireUsage.Of(counts);
    }

    private static long Modality(JsonElement usage, string details, string modality)
    {
        if (!usage.TryGetProperty(details, out var entries) || entries.ValueKind != JsonValueKind.Array)
            return 0;

        long sum = 0;
        foreach (var entry in entries.EnumerateArray())
            sum += entry.TextAt("modality") == modality ? entry.CountAt("tokenCount") ?? 0 : 0;
        return sum;
    }
}
