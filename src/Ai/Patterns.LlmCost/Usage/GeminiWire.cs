using System.Text.Json;

namespace Patterns.LlmCost;

/// <summary>Gemini's usage metadata. Text, images and video cost the same on the way in, so only audio is told apart there.</summary>
internal static class GeminiWire
{
    public static LlmWireUsage? Read(JsonElement message)
    {
        var usage = message.Object("usageMetadata") ?? message;
        if ((usage.Count("promptTokenCount") ?? usage.Count("totalTokenCount")) is null)
            return null;

        var counts = new UsageCounts
        {
            Input = usage.Count("promptTokenCount") ?? 0,
            CacheRead = usage.Count("cachedContentTokenCount") ?? 0,
            InputAudio = Modality(usage, "promptTokensDetails", "AUDIO") - Modality(usage, "cacheTokensDetails", "AUDIO"),
            Output = usage.Count("candidatesTokenCount") ?? 0,
            OutputAudio = Modality(usage, "candidatesTokensDetails", "AUDIO"),
            OutputImage = Modality(usage, "candidatesTokensDetails", "IMAGE"),
            Reasoning = usage.Count("thoughtsTokenCount") ?? 0,
        };
        counts.Explain(usage.Count("totalTokenCount"), usage.Count("toolUsePromptTokenCount") ?? 0);
        return LlmWireUsage.Of(counts);
    }

    private static long Modality(JsonElement usage, string details, string modality)
    {
        if (!usage.TryGetProperty(details, out var entries) || entries.ValueKind != JsonValueKind.Array)
            return 0;

        long sum = 0;
        foreach (var entry in entries.EnumerateArray())
            sum += entry.Text("modality") == modality ? entry.Count("tokenCount") ?? 0 : 0;
        return sum;
    }
}
