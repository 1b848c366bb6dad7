using System.Text.Json;

namespace Patterns.LlmCost;

/// <summary>Anthropic's usage object. A stream's first event tells the input by cache life, its last one the output and no cache life.</summary>
internal static class AnthropicWire
{
    public static LlmWireUsage? Read(JsonElement message)
    {
        var usage = (message.Object("message") ?? message).Object("usage") ?? message;
        if ((usage.Count("input_tokens") ?? usage.Count("output_tokens")) is null)
            return null;

        var (read, written) = (usage.Count("cache_read_input_tokens") ?? 0, usage.Count("cache_creation_input_tokens") ?? 0);
        var lives = usage.Object("cache_creation");
        var hour = lives.Count("ephemeral_1h_input_tokens") ?? 0;
        written = Math.Max(written, hour + (lives.Count("ephemeral_5m_input_tokens") ?? 0));
        var counts = new UsageCounts
        {
            Input = (usage.Count("input_tokens") ?? 0) + read + written,
            CacheRead = read,
            CacheWrite5m = written - hour,
            CacheWrite1h = hour,
            Output = usage.Count("output_tokens") ?? 0,
            Reasoning = usage.Object("output_tokens_details").Count("thinking_tokens") ?? 0,
            WebSearches = usage.Object("server_tool_use").Count("web_search_requests") ?? 0,
        };
        return LlmWireUsage.Of(counts, Tier(usage.Text("service_tier")), Region(usage.Text("inference_geo")));
    }

    private static string? Tier(string? served) => served is PriceTiers.Standard or PriceTiers.Batch or PriceTiers.Priority ? served : null;

    private static string? Region(string? geo) => geo switch
    {
        null or "" or "not_available" => null,
        "global" => "",
        _ => geo,
    };
}
