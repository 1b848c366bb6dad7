using System.Text.Json;

namespace Patterns.LlmCost;

/// <summary>OpenAI's usage object, by the names of Chat Completions and by those of Responses.</summary>
internal static class OpenAIWire
{
    public static LlmWireUsage? Read(JsonElement message)
    {
        var response = message.Object("response") ?? message;
        var usage = response.Object("usage") ?? response;
        if ((usage.Count("prompt_tokens") ?? usage.Count("input_tokens")) is not { } input)
            return null;

        var inputs = usage.Object("prompt_tokens_details") ?? usage.Object("input_tokens_details");
        var outputs = usage.Object("completion_tokens_details") ?? usage.Object("output_tokens_details");
        var counts = new UsageCounts
        {
            Input = input,
            CacheRead = inputs.Count("cached_tokens") ?? 0,
            CacheWrite5m = inputs.Count("cache_write_tokens") ?? 0,
            InputAudio = inputs.Count("audio_tokens") ?? 0,
            InputImage = inputs.Count("image_tokens") ?? 0,
            Output = usage.Count("completion_tokens") ?? usage.Count("output_tokens") ?? 0,
            OutputAudio = outputs.Count("audio_tokens") ?? 0,
            OutputImage = outputs.Count("image_tokens") ?? 0,
            Reasoning = outputs.Count("reasoning_tokens") ?? 0,
        };
        counts.Explain(usage.Count("total_tokens"), toolPrompt: 0);
        return LlmWireUsage.Of(counts, Tier(response.Text("service_tier")));
    }

    // "auto" is what was asked, not what was served.
    private static string? Tier(string? served) => served switch
    {
        "default" => PriceTiers.Standard,
        PriceTiers.Flex or PriceTiers.Priority or PriceTiers.Batch => served,
        _ => null,
    };
}
