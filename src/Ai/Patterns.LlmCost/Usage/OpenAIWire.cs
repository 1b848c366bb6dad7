using System.Text.Json;

namespace Patterns.LlmCost;

/// <summary>OpenAI's usage object, by the names of Chat Completions and by those of Responses.</summary>
internal static class OpenAIWire
{
    public static LlmWireUsage? Read(JsonElement message)
    {
        var response = message.ObjectAt("response") ?? message;
        var usage = response.ObjectAt("usage") ?? response;
        if ((usage.CountAt("prompt_tokens") ?? usage.CountAt("input_tokens")) is not { } input)
            return null;

        var inputs = usage.ObjectAt("prompt_tokens_details") ?? usage.ObjectAt("input_tokens_details");
        var outputs = usage.ObjectAt("completion_tokens_details") ?? usage.ObjectAt("output_tokens_details");
        var counts = new UsageCounts
        {
            Input = input,
            CacheRead = inputs.CountAt("cached_tokens") ?? 0,
            CacheWrite5m = inputs.CountAt("cache_write_tokens") ?? 0,
            InputAudio = inputs.CountAt("audio_tokens") ?? 0,
            InputImage = inputs.CountAt("image_tokens") ?? 0,
            Output = usage.CountAt("completion_tokens") ?? usage.CountAt("output_tokens") ?? 0,
            OutputAudio = outputs.CountAt("audio_tokens") ?? 0,
            OutputImage = outputs.CountAt("image_tokens") ?? 0,
            Reasoning = outputs.CountAt("reasoning_tokens") ?? 0,
        };
        counts.Explain(usage.CountAt("total_tokens"), toolPrompt: 0);
        return LlmWireUsage.Of(counts, Tier(response.TextAt("service_tier")));
    }

    // "auto" is what was asked, not what was served.
    private static string? Tier(string? served) => served switch
    {
        "default" => PriceTiers.Standard,
        PriceTiers.Flex or PriceTiers.Priority or PriceTiers.Batch => served,
        _ => null,
    };
}
