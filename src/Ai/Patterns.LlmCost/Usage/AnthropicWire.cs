using System.Text.Json;

namespace Patterns.LlmCost;

/// <summary>Anthropic's usage object. A stream's first event tells the input by cache life, its last one the output and no cache life.</summary>
internal static class AnthropicWire
{
    public static LlmWireUsage? Read(JsonElement message)
    {
        var usage = (message.ObjectAt("message") ?? message).ObjectAt("usage") ?? message;
        if ((usage.CountAt("input_tokens") ?? usage.CountAt("output_tokens")) is null)
            return null;

        var (read, written) = (usage.CountAt("cache_read_input_tokens") ?? 0, usage.CountAt("cache_creation_input_tokens") ?? 0);
        var lives = usage.ObjectAt("cache_creation");
        var hour = lives.CountAt("ephemeral_1h_input_tokens") ?? 0;
        written = Math.Max(written, hour + (lives.CountAt("ephemeral_5m_input_tokens") ?? 0));
        var counts = new UsageCounts
        {
            Input = (usage.CountAt("input_tokens") ?? 0) + read + written,
            CacheRead = read,
            CacheWrite5m = written - hour,
            CacheWrite1h = hour,
            Output = usage.CountAt("output_tokens") ?? 0,
            Reasoning = usage.ObjectAt("output_tokens_details").CountAt("thinking_tokens") ?? 0,
            WebSearches = usage.ObjectAt("server_tool_use").CountAt("web_search_requests") ?? 0,
        };
        return LlmWireUsage.Of(counts, Tier(usage.TextAt("service_tier")), Region(usage.TextAt("inference_geo")));
    }

    private static string? Tier(string? served) => served is PriceTiers.Standard or PriceTiers.Batch or PriceTiers.Priority ? served : null;

    private static string? Region(string? geo) => geo switch
    {
        null or "" or "not_available" => null,
        "global" => "",
        _ => geo,
    };
}
