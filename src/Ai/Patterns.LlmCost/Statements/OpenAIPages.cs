using System.Text.Json;

namespace Patterns.LlmCost;

/// <summary>Pages of OpenAI's organization API (platform.openai.com, API reference, Usage and Costs).</summary>
internal static class OpenAIPages
{
    public static List<StatementLine> Read(Month month, IEnumerable<string> costPages, IEnumerable<string> usagePages) =>
    [
        .. StatementPages.Read(costPages, "OpenAI costs", month, Day, Cost),
        .. StatementPages.Read(usagePages, "OpenAI usage", month, Day, Usage),
    ];

    private static DateOnly Day(JsonElement bucket) => DateOnly.FromDateTime(DateTimeOffset.FromUnixTimeSeconds(bucket.GetProperty("start_time").GetInt64()).UtcDateTime);

    private static StatementLine Cost(JsonElement result, DateOnly day)
    {
        var amount = result.GetProperty("amount");
        var value = amount.GetProperty("value");
        // A number by the reference, and a text in answers that keep all digits.
        var usd = value.ValueKind == JsonValueKind.String ? decimal.Parse(value.GetString()!, System.Globalization.NumberStyles.Float, System.Globalization.CultureInfo.InvariantCulture) : value.GetDecimal();
        return new(day, Model(result.Text("line_item")), StatementPages.Usd(usd, amount.Text("currency")));
    }

    // A line item of tokens is "model, input", "model, cached input" and so on.
    private static string Model(string? lineItem) => lineItem is null ? "all" : lineItem.Split(", ", 2)[0];

    private static StatementLine Usage(JsonElement result, DateOnly day) => new(day, result.Text("model") ?? "all", PicoUsd.Zero) { Usage = Tokens(result), Requests = result.Count("num_model_requests") };

    // Since there are input_text_tokens, input_tokens and output_tokens count text, audio and images together; before, they counted text alone, and audio stood beside them.
    private static LlmUsage Tokens(JsonElement result)
    {
        var together = result.Has("input_text_tokens");
        var cached = result.Count("input_cached_tokens");
        var written = result.Count("input_cache_write_tokens");
        var audio = result.Count("input_audio_tokens") - result.Count("input_cached_audio_tokens");
        var audioOut = result.Count("output_audio_tokens");
        return new()
        {
            Input = result.Count("input_tokens") - cached - (together ? audio + written : 0),
            CacheRead = cached,
            CacheWrite5m = together ? written : 0,
            InputAudio = audio,
            Output = result.Count("output_tokens") - (together ? audioOut : 0),
            OutputAudio = audioOut,
        };
    }
}
