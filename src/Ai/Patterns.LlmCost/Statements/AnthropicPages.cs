using System.Globalization;
using System.Text.Json;

namespace Patterns.LlmCost;

/// <summary>Pages of Anthropic's Usage and Cost API (platform.claude.com, Admin API).</summary>
internal static class AnthropicPages
{
    public static List<StatementLine> Read(Month month, IEnumerable<string> costPages, IEnumerable<string> usagePages, AnthropicAmounts amounts)
    {
        List<StatementLine> costs = [.. StatementPages.Read(costPages, "Anthropic costs", month, Day, (result, day) => Cost(result, day, amounts.UsdPerUnit))];
        if (amounts.KnownDay is { } known)
            Check(costs, known, amounts);
        return [.. costs, .. StatementPages.Read(usagePages, "Anthropic usage", month, Day, Usage)];
    }

    private static DateOnly Day(JsonElement bucket) => DateOnly.FromDateTime(bucket.GetProperty("starting_at").GetDateTimeOffset().UtcDateTime);

    private static StatementLine Cost(JsonElement result, DateOnly day, decimal usdPerUnit)
    {
        var units = decimal.Parse(result.GetProperty("amount").GetString()!, NumberStyles.Float, CultureInfo.InvariantCulture);
        return new(day, result.Text("model") ?? result.Text("description") ?? "all", StatementPages.Usd(units * usdPerUnit, result.Text("currency")));
    }

    private static StatementLine Usage(JsonElement result, DateOnly day)
    {
        var writes = result.TryGetProperty("cache_creation", out var creation) && creation.ValueKind == JsonValueKind.Object ? creation : default;
        var tools = result.TryGetProperty("server_tool_use", out var use) && use.ValueKind == JsonValueKind.Object ? use : default;
        return new(day, result.Text("model") ?? "all", PicoUsd.Zero)
        {
            Usage = new()
            {
                Input = result.Count("uncached_input_tokens"),
                CacheRead = result.Count("cache_read_input_tokens"),
                CacheWrite5m = writes.ValueKind == JsonValueKind.Object ? writes.Count("ephemeral_5m_input_tokens") : 0,
                CacheWrite1h = writes.ValueKind == JsonValueKind.Object ? writes.Count("ephemeral_1h_input_tokens") : 0,
                Output = result.Count("output_tokens"),
                WebSearches = tools.ValueKind == JsonValueKind.Object ? tools.Count("web_search_requests") : 0,
            },
        };
    }

    private static void Check(List<StatementLine> costs, DateOnly day, AnthropicAmounts amounts)
    {
        var usd = costs.Where(line => line.Day == day).Aggregate(PicoUsd.Zero, static (sum, line) => sum + line.Amount).ToUsd();
        if (decimal.Round(usd, 2, MidpointRounding.AwayFromZero) != amounts.KnownUsd)
        {
            throw new InvalidDataException(string.Create(
                CultureInfo.InvariantCulture,
                $"At {amounts.UsdPerUnit} USD for a unit, {day:O} comes to {usd} USD, and {amounts.KnownUsd} USD is known. Set AnthropicAmounts.UsdPerUnit to what fits, or give all pages of that day."));
        }
    }
}
