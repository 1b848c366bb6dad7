using System.Globalization;
using System.Text.Json;

namespace Patterns.LlmCost;

/// <summary>This package's own shape: every price with the day from which it holds. The README describes it.</summary>
internal static class DatedPriceFile
{
    public const string Format = "patterns-llm-prices-1";

    private static readonly string[] Members = ["provider", "models", "tier", "region", "above_input_tokens", "from", "usd_per_million"];

    public static PriceFile Read(JsonElement root)
    {
        var format = root.GetProperty("format").GetString();
        if (format != Format)
            throw new InvalidDataException($"The price file has the format '{format}'; this version reads '{Format}'.");

        var published = Day(root, "published", "the file");
        if (!root.TryGetProperty("prices", out var prices) || prices.ValueKind != JsonValueKind.Array)
            throw new InvalidDataException("The price file has no array 'prices'.");

        var rows = new Dictionary<(string, string, string, string, long, LlmBucket, DateTimeOffset), PriceRow>();
        var index = 0;
        foreach (var entry in prices.EnumerateArray())
        {
            foreach (var row in Entry(entry, $"prices[{index++}]"))
            {
                if (!rows.TryAdd((row.Provider, row.Pattern, row.Tier, row.Region, row.Threshold, row.Bucket, row.ValidFrom), row))
                    throw new InvalidDataException($"prices[{index - 1}] prices {BucketNames.Of(row.Bucket)} of {row.Provider} model {row.Pattern} ({row.Tier}) a second time from the same day. Leave one of them out.");
            }
        }

        return new(published, [.. rows.Values], []);
    }

    private static IEnumerable<PriceRow> Entry(JsonElement entry, string place)
    {
        if (entry.ValueKind != JsonValueKind.Object)
            throw new InvalidDataException($"{place} is not an object.");

        // A misspelled member would silently be a price of the wrong tier.
        foreach (var member in entry.EnumerateObject())
        {
            if (!Members.Contains(member.Name, StringComparer.Ordinal))
                throw new InvalidDataException($"{place} has a member '{member.Name}'; it takes {string.Join(", ", Members)}.");
        }

        var provider = Text(entry, "provider", place, 100) ?? throw new InvalidDataException($"{place} names no provider.");
        var tier = Text(entry, "tier", place, 50) ?? PriceTiers.Standard;
        if (!PriceTiers.Has(tier))
            throw new InvalidDataException($"{place} has the tier '{tier}'; it takes {PriceTiers.All}.");

        var region = Text(entry, "region", place, 50) ?? "";
        var from = Day(entry, "from", place);
        long threshold = 0;
        if (entry.TryGetProperty("above_input_tokens", out var above) && (above.ValueKind != JsonValueKind.Number || !above.TryGetInt64(out threshold) || threshold < 1))
            throw new InvalidDataException($"{place}: above_input_tokens is {above.GetRawText()}; it takes a whole number from 1.");
        if (!entry.TryGetProperty("models", out var models) || models.ValueKind != JsonValueKind.Array || models.GetArrayLength() == 0)
            throw new InvalidDataException($"{place} has no array 'models'.");
        if (!entry.TryGetProperty("usd_per_million", out var usd) || usd.ValueKind != JsonValueKind.Object)
            throw new InvalidDataException($"{place} has no object 'usd_per_million'.");

        var amounts = usd.EnumerateObject().Select(price => (Bucket: Bucket(price.Name, place), MicroUsd: Amount(price, usd, place))).ToList();
        foreach (var model in models.EnumerateArray())
        {
            var pattern = Pattern(model, place);
            foreach (var (bucket, microUsd) in amounts)
                yield return new(provider, pattern, tier, region, threshold, bucket, from, microUsd);
        }
    }

    private static LlmBucket Bucket(string name, string place) => BucketNames.TryParse(name, out var bucket)
        ? bucket
        : throw new InvalidDataException($"{place} prices '{name}'; it takes {BucketNames.All}.");

    private static long Amount(JsonProperty price, JsonElement usd, string place)
    {
        var value = price.Value;

        // Another bucket's name: the provider has no price of its own for this one, and the file says so.
        if (value.ValueKind == JsonValueKind.String && usd.TryGetProperty(value.GetString()!, out var other) && other.ValueKind == JsonValueKind.Number)
            value = other;
        if (value.ValueKind != JsonValueKind.Number || !value.TryGetDecimal(out var amount))
            throw new InvalidDataException($"{place}: {price.Name} is {price.Value.GetRawText()}; it takes USD for a million, or the name of a bucket of the same object that has the same price.");

        return PriceAmount.TryMicroUsd(amount, out var microUsd)
            ? microUsd
            : throw new InvalidDataException($"{place}: {price.Name} is {value.GetRawText()} USD for a million; it takes 0 to {PriceAmount.MaxUsd:N0} with at most 6 decimals. Round it to whole micro-USD.");
    }

    private static string Pattern(JsonElement model, string place)
    {
        var pattern = model.ValueKind == JsonValueKind.String ? model.GetString()!.ToLowerInvariant() : "";
        return pattern.Length is > 0 and <= 200 && !pattern.Any(char.IsControl) && !pattern.EndsWith('*') && !"-.@/:".Contains(pattern[^1], StringComparison.Ordinal)
            ? pattern
            : throw new InvalidDataException($"{place} has the model {model.GetRawText()}; it takes an id of 1 to 200 characters, or the beginning of one up to a boundary (- . @ / :) without the boundary and without a wildcard.");
    }

    private static string? Text(JsonElement entry, string member, string place, int max)
    {
        if (!entry.TryGetProperty(member, out var value))
            return null;

        var text = value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
        return text.Length > 0 && text.Length <= max && !text.Any(char.IsControl)
            ? text.ToLowerInvariant()
            : throw new InvalidDataException($"{place}: {member} is {value.GetRawText()}; it takes 1 to {max} characters.");
    }

    private static DateTimeOffset Day(JsonElement entry, string member, string place) =>
        entry.TryGetProperty(member, out var value)
        && value.ValueKind == JsonValueKind.String
        && DateTimeOffset.TryParseExact(value.GetString(), ["yyyy-MM-dd", "yyyy-MM-ddTHH:mm:ssZ"], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var day)
            ? day
            : throw new InvalidDataException($"{place}: {member} is missing or is no day such as 2026-11-01 or time such as 2026-11-01T16:00:00Z.");
}
